import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry
import Testing

@testable import LocalRegistry

@Suite("Pages for people")
struct PageTests {
    private let renderer: PageRenderer
    private let now = PageFixtures.now

    init() throws { renderer = try PageRenderer() }

    private func html(_ list: RepositoryList) -> String {
        renderer.html(ListView(list, now: now), template: "list")
    }
    private func html(_ repository: RepositoryDetails) -> String {
        renderer.html(RepositoryView(repository, now: now), template: "repository")
    }
    private func html(_ image: ImageDetails) -> String {
        renderer.html(ImageView(image, now: now), template: "image")
    }
    private var notFound: String {
        renderer.html(
            NotFoundView("no <b>", server: PageFixtures.server(), now: now), template: "notFound")
    }
    private var all: [String] {
        [
            html(PageFixtures.empty), html(PageFixtures.list), html(PageFixtures.repository),
            html(PageFixtures.image), html(PageFixtures.index), html(PageFixtures.bare), notFound,
        ]
    }

    @Test("every page is well formed, has a title, a language and its landmarks, and no script")
    func wellFormed() {
        for page in all {
            let markup = PageMarkup(page)
            #expect(markup.faults == [])
            #expect(markup.elements.isSuperset(of: ["title", "header", "main", "footer", "h1"]))
            #expect(markup.attributes["lang"] == ["en"])
            #expect(markup.elements.isDisjoint(with: ["script", "img", "link", "iframe", "base"]))
            #expect(markup.attributes["style"] == nil)
            #expect(markup.attributes["src"] == nil)
            #expect(!page.contains("{{"))
        }
    }

    @Test("every link leads to a page, and every name of an id to an element")
    func links() {
        for page in all {
            let attributes = PageMarkup(page).attributes
            let ids = Set(attributes["id"] ?? [])
            for link in (attributes["href"] ?? []) + (attributes["action"] ?? []) {
                if link.hasPrefix("#") {
                    #expect(ids.contains(String(link.dropFirst())))
                } else if !link.hasPrefix("https://git.integrolabs.net/") {
                    let path = String(link.prefix { $0 != "?" })
                    #expect(PageRoute(path: path)?.path == path, "\(link)")
                }
            }
            let named = (attributes["aria-labelledby"] ?? []) + (attributes["for"] ?? [])
            #expect(ids.isSuperset(of: named))
        }
    }

    @Test("a response forbids scripts, framing and caching, and allows the stylesheet by its hash")
    func headers() throws {
        let responses = [
            renderer.page(PageFixtures.list, now: now),
            renderer.page(PageFixtures.repository, now: now),
            renderer.page(PageFixtures.image, now: now),
            renderer.notFound("nothing", server: PageFixtures.server(), now: now),
        ]
        #expect(responses.map(\.status) == [.ok, .ok, .ok, .notFound])
        for response in responses {
            let policy = try #require(response.headers[.contentSecurityPolicy])
            for part in [
                "default-src 'none'", "form-action 'self'", "base-uri 'none'",
                "frame-ancestors 'none'", "style-src '\(PageHeaders.styleHash)'",
            ] { #expect(policy.contains(part)) }
            #expect(!policy.contains("unsafe"))
            #expect(response.headers[.contentType] == "text/html; charset=utf-8")
            #expect(response.headers[.cacheControl] == "no-store")
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
            #expect(
                try response.headers[#require(HTTPField.Name("Referrer-Policy"))] == "no-referrer")
            #expect(try #require(response.body.contentLength) > 1000)
        }
        // The hash is of exactly what stands between the tags.
        #expect(html(PageFixtures.list).contains("<style>\(Stylesheet.text)</style>"))
    }

    @Test("an empty registry shows the line that pushes a first image, by its own address")
    func emptyRegistry() {
        #expect(
            html(PageFixtures.empty).contains(
                "docker tag my-image 127.0.0.1:5000/my-image &amp;&amp; docker push 127.0.0.1:5000/my-image"
            ))
        var gitea = PageFixtures.empty
        gitea.server.dialect = "gitea"
        gitea.server.needsLogin = true
        let page = html(gitea)
        #expect(page.contains("docker login 127.0.0.1:5000 &amp;&amp; docker tag"))
        #expect(page.contains("docker push 127.0.0.1:5000/me/my-image"))
    }

    @Test("tags of one image share a row, with one digest and one pull command")
    func aliases() throws {
        var repository = PageFixtures.repository
        repository.entries = [repository.entries[0]]
        let page = html(repository)
        let body = try #require(page.firstRange(of: "<tbody>"))
        let rows = page[body.upperBound...]
        #expect(rows.split(separator: "<tr>").count - 1 == 1)
        for tag in ["latest", "2026.11.4", "2026.11", "2026"] {
            #expect(rows.contains(">\(tag)</a>"))
        }
        #expect(rows.contains("docker pull 127.0.0.1:5000/roctinam/matric-memory:2026<"))
        #expect(rows.contains("linux/arm64/v8"))
        #expect(!rows.contains("unknown/unknown"))
        #expect(rows.contains("title=\"\(repository.entries[0].group.digest)\""))
        #expect(rows.contains("datetime=\"2026-11-23T09:00:00Z\""))
        #expect(rows.contains(">3 hours ago</time>"))
    }

    @Test("a list's pages and filter are linked, and its last page has no next")
    func paging() {
        var list = PageFixtures.list
        #expect(html(list).contains("rel=\"next\" href=\"/?after=zsh\""))
        list.query = PageQuery(filter: "a&b=\"c", after: "m")
        list.next = nil
        let page = html(list)
        #expect(!page.contains("rel=\"next\""))
        #expect(page.contains("href=\"/?q=a%26b%3D%22c\">First page"))
        #expect(page.contains("value=\"a&amp;b=&quot;c\""))
        #expect(page.contains("href=\"/\">Show all"))
        list.entries = []
        #expect(html(list).contains("No repository"))
    }

    @Test("an image's layers say who shares them, and how much nobody does")
    func layers() {
        let page = html(PageFixtures.image)
        #expect(page.contains("51.1 MB only in this image"))
        #expect(page.contains("115.3 MB shared with others"))
        #expect(page.contains(">2026.10.2, 2026.10</a>"))
        #expect(page.contains(">\(PageFixtures.digest("c").short)</a>"))
        #expect(page.contains("application/vnd.dev.cosign.artifact.sig.v1+json"))
        #expect(page.contains("<code>/usr/bin/tini</code> <code>--</code>"))
        #expect(page.contains("<a href=\"https://git.integrolabs.net/roctinam/matric-memory\""))
    }

    @Test("an index links its platforms' images, and the attestation among them")
    func platforms() {
        let page = html(PageFixtures.index)
        #expect(
            page.contains(
                PageRoute.image(PageFixtures.bare.repository, PageFixtures.digest("arm64")).path))
        #expect(page.contains("attestation or other artifact"))
        #expect(!page.contains(">Layers<"))
    }

    @Test("what a pusher writes stays text, wherever it is shown", arguments: hostile.indices)
    func escaping(_ index: Int) {
        let text = Self.hostile[index]
        var image = PageFixtures.image
        image.artifactType = text
        image.mediaType = MediaType(rawValue: text)
        image.platform = Platform(os: text, architecture: text, variant: text)
        image.settings = ImageDetails.Settings(
            created: text, entrypoint: [text], command: [text],
            labels: [text: text, "org.opencontainers.image.source": text])
        image.annotations = ["org.opencontainers.image.revision": text, text: text]
        image.layers[0].mediaType = MediaType(rawValue: text)
        image.children = [
            ImageDetails.Child(
                digest: image.digest, platform: image.platform, artifactType: text, size: 1)
        ]
        image.referrers[0].artifactType = text
        var repository = PageFixtures.repository
        repository.entries[0].platforms = [Platform(os: text, architecture: text)]
        repository.entries[0].artifactType = text
        repository.query = PageQuery(filter: text, after: text)
        let missing = renderer.html(
            NotFoundView(text, server: PageFixtures.server(), now: now), template: "notFound")
        for page in [html(image), html(repository), missing] {
            let markup = PageMarkup(page)
            #expect(markup.faults == [])
            #expect(markup.elements.isDisjoint(with: ["script", "img", "b"]))
            #expect(markup.attributes.keys.allSatisfy { !$0.hasPrefix("on") })
            #expect((markup.attributes["href"] ?? []).allSatisfy { !$0.hasPrefix("java") })
            #expect(!page.unicodeScalars.contains("\u{202E}"))
            #expect(!page.unicodeScalars.contains("\u{0}"))
            #expect(page.utf8.count < 200_000)
        }
    }

    private static let hostile = [
        "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' onclick='alert(1)",
        "javascript:alert(1)", "</style></title><img src=x onerror=alert(1)>",
        // To Swift, a quotation mark with an accent is another character.
        "\"\u{301} onmouseover=\"\u{301}alert(1)", "<\u{301}b>", "\u{202E}gpj.exe\u{0}\u{1b}[31m",
        String(repeating: "W", count: 300_000), "{{#chrome}}{{{title}}}{{/chrome}}", "&lt;b&gt;",
    ]

    @Test("long lists are cut, and the page says by how much")
    func bounded() {
        var image = PageFixtures.image
        image.layers = (0..<5000).map { index in
            ImageDetails.Layer(
                digest: PageFixtures.digest("\(index)"), mediaType: .ociLayer, size: .max,
                sharedWith: Array(repeating: image.indexes[0], count: 50))
        }
        image.settings?.labels = Dictionary(
            uniqueKeysWithValues: (0..<1000).map { ("\($0)", String(repeating: "x", count: 5000)) })
        image.tags = (0..<500).map { PageFixtures.tag("t\($0)") }
        let page = html(image)
        #expect(page.contains("and 4700 more"))
        #expect(page.contains("and 900 more"))
        #expect(page.contains("and 44 more"))
        #expect(PageMarkup(page).faults == [])
        #expect(page.utf8.count < 1_500_000)
    }

    @Test("templates never leave anything unescaped")
    func templates() {
        for text in PageRenderer.templates.values {
            #expect(!text.contains("{{{"))
            #expect(!text.contains("{{&"))
        }
    }
}
