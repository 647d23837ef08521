import ImageTags
import OCIRegistry
import Testing

@testable import Publisher

@Suite("From where to where tags are promoted")
struct PromotionRouteTests {
    private let configuration: Configuration

    init() throws { configuration = try Example.parse(Example.complete) }

    private func route(
        _ source: String, registry: String? = nil, repository: String? = nil,
        configured: Bool = true
    ) throws -> PromotionRoute {
        try PromotionRoute(
            source, toRegistry: registry, toRepository: repository,
            RepositoryNames(configuration: configured ? configuration : nil))
    }

    @Test("an image stands for the first of its repositories")
    func image() throws {
        let found = try route("app:dev")
        #expect("\(found.source)" == "git.example.org:8443/team/app:dev")
        #expect(found.isInPlace && found.isGitea && found.image == "app")
        #expect(found.rules.map(\.name) == ["app"])
        let digest = "sha256:" + String(repeating: "0", count: 64)
        #expect(try route("app@\(digest)").source.digest?.description == digest)
    }

    @Test("another registry is that of the image's other repository")
    func registry() throws {
        for source in ["app:dev", "git.example.org:8443/team/app:dev"] {
            let found = try route(source, registry: "hub")
            #expect("\(found.target)" == "hub.example.org/app")
            #expect(!found.isInPlace && !found.isGitea)
            #expect(found.rules.map(\.name) == ["app"])
        }
        let other = try route("example.com/some/thing:1", registry: "hub")
        #expect("\(other.target)" == "hub.example.org/some/thing")
        #expect(other.rules.isEmpty)
    }

    @Test("another repository has the rules of the images that live there, and the image's own")
    func repository() throws {
        let found = try route("app:dev", repository: "hub.example.org/tool")
        #expect(found.rules.map(\.name) == ["app", "tool"])
        #expect(try route("e.com/a:1", repository: "hub.example.org/tool").rules.count == 1)
        #expect(try route("e.com/a:1", repository: "e.com/b", configured: false).rules.isEmpty)
    }

    @Test(
        "what has a slash is a reference, and what leads nowhere is refused",
        arguments: [
            ("nothing:1", nil, nil), ("app", nil, nil), ("tool:1", "git", nil),
            ("app:1", "nowhere", nil), ("app:1", nil, "hub.example.org/app:1"),
        ])
    func refused(source: String, registry: String?, repository: String?) throws {
        #expect("\(try route("app.example.org/x:1").source)" == "app.example.org/x:1")
        #expect("\(try route("localhost:5000/app:1").source)" == "localhost:5000/app:1")
        #expect {
            try route(source, registry: registry, repository: repository)
        } throws: { ($0 as? OCIError)?.kind == .usage }
    }
}
