import HTTPTypes
import HummingbirdCore
import Mustache
import NIOCore
import OCIRegistry

/// Makes the pages for people: a value and a moment in, HTML out.
struct PageRenderer: Sendable {
    private let library: MustacheLibrary

    /// Every template, by its name.
    static let templates = [
        "layout": LayoutTemplate.text, "filter": LayoutTemplate.filter,
        "pager": LayoutTemplate.pager, "notFound": LayoutTemplate.notFound,
        "list": ListTemplate.text, "moment": ListTemplate.moment,
        "repository": RepositoryTemplate.text, "image": ImageTemplate.text,
        "children": ImageTemplate.children, "layers": ImageTemplate.layers,
        "settings": ImageTemplate.settings, "referrers": ImageTemplate.referrers,
    ]

    /// Reads the templates. Throws where one is malformed, which a test rules out.
    init() throws {
        MustacheContentTypes.register(PageText(), named: PageText.name)
        var library = MustacheLibrary()
        for (name, text) in Self.templates {
            // A partial starts over with Mustache's own escaping, so each asks for ours.
            try library.register("{{% CONTENT_TYPE: \(PageText.name)}}" + text, named: name)
        }
        self.library = library
    }

    /// The page at `/`. `now` is in seconds since 1970, here and below.
    func page(_ list: RepositoryList, now: Double) -> Response {
        response(.ok, ListView(list, now: now), "list")
    }

    /// A repository's page.
    func page(_ repository: RepositoryDetails, now: Double) -> Response {
        response(.ok, RepositoryView(repository, now: now), "repository")
    }

    /// An image's page.
    func page(_ image: ImageDetails, now: Double) -> Response {
        response(.ok, ImageView(image, now: now), "image")
    }

    /// The page that says that there is none.
    ///
    /// - Parameter message: a sentence; it may name what was asked for.
    func notFound(_ message: String, server: ServerSummary, now: Double) -> Response {
        response(.notFound, NotFoundView(message, server: server, now: now), "notFound")
    }

    /// A page's HTML, before it becomes a response.
    func html(_ view: any Sendable, template: String) -> String {
        library.render(view, withTemplate: template) ?? ""
    }

    private func response(
        _ status: HTTPResponse.Status, _ view: any Sendable, _ template: String
    ) -> Response {
        Response(
            status: status, headers: PageHeaders.fields,
            body: ResponseBody(byteBuffer: ByteBuffer(string: html(view, template: template))))
    }
}

/// What the template of a page that is not there sees.
struct NotFoundView: Sendable {
    var chrome: ChromeView
    var message: String

    init(_ message: String, server: ServerSummary, now: Double) {
        chrome = ChromeView(title: "Nothing here", server: server, now: now)
        self.message = PageText.clip(message, to: 400)
    }
}
