import ImageTags
import OCIRegistry
import Testing

@testable import Publisher

@Suite("Images against their rules")
struct SourceCheckTests {
    private static let commit = String(repeating: "a", count: 40)
    private static let id = SHA2.digest(of: Array("id".utf8))

    private func facts() throws -> PublishFacts {
        PublishFacts(channel: "dev", revision: try Revision(Self.commit))
    }

    private func rules(
        platforms: String? = nil, more: String = ""
    ) throws -> ImageRules {
        try Example.parse(
            Example.with(
                images: """
                      app:
                        repository: r/app
                        \(platforms.map { "platforms: \($0)" } ?? "")
                        labels: {org.opencontainers.image.revision: "{sha}"}
                        \(more)
                        tags: {dev: {rolling: [dev]}}
                    """.replacing("    app", with: "  app"))
        ).image(named: "app")
    }

    private func part(
        _ platform: String, label: String? = commit, declared: String? = nil
    ) throws -> SourceImage.Part {
        let platform = try Platform(parsing: platform)
        let labels = label.map { #"{"org.opencontainers.image.revision":"\#($0)"}"# } ?? "null"
        let config = """
            {"os":"\(platform.os)","architecture":"\(platform.architecture)",\
            "config":{"Labels":\(labels)},"rootfs":{"type":"layers","diff_ids":[]}}
            """
        return SourceImage.Part(
            declared: try declared.map { try Platform(parsing: $0) }, configDigest: Self.id,
            config: try ImageConfig(bytes: Array(config.utf8)))
    }

    private func refusal(_ rules: ImageRules, _ source: SourceImage) throws -> String {
        try #require(throws: PolicyRefusal.self) { try rules.check(source, facts()) }.message
    }

    @Test("what is as it has to be is let through")
    func fine() throws {
        let source = SourceImage(
            .config(Self.id), parts: [try part("linux/amd64"), try part("linux/arm64/v8")])
        try rules(platforms: "[linux/amd64, linux/arm64]").check(source, facts())
        try rules().check(source, facts())
    }

    @Test("every image of an index has to have the label")
    func labels() throws {
        var source = SourceImage(
            .manifest(Self.id),
            parts: [try part("linux/amd64"), try part("linux/arm64", label: "other")])
        source.isIndex = true
        let text = try refusal(rules(), source)
        #expect(text.contains("revision of linux/arm64\n"))
        #expect(text.contains("observed: other"))
        #expect(!text.contains("of linux/amd64"))
        source.parts[1] = try part("linux/arm64", label: nil)
        #expect(try refusal(rules(), source).contains("no such label"))
        source.parts = []
        #expect(try refusal(rules(), source).contains("there is no image"))
    }

    @Test("platforms are those of the rules, none less and none more")
    func platforms() throws {
        let source = SourceImage(
            .manifest(Self.id), parts: [try part("linux/amd64"), try part("linux/riscv64")])
        let text = try refusal(rules(platforms: "[linux/amd64, linux/arm64]"), source)
        #expect(text.contains("platform linux/arm64: missing"))
        #expect(text.contains("platform linux/riscv64: not among"))
        #expect(!text.contains("platform linux/amd64"))
    }

    @Test("an index that calls an image by another platform than its own is refused")
    func mislabelled() throws {
        let source = SourceImage(
            .manifest(Self.id), parts: [try part("linux/amd64", declared: "linux/arm64")])
        #expect(try refusal(rules(), source).contains("the index says linux/arm64"))
    }

    @Test("annotations have to be there, and to have their value where there is one")
    func annotations() throws {
        var source = SourceImage(.manifest(Self.id), parts: [try part("linux/amd64")])
        let any = try rules(more: "annotations: [org.example.a]")
        let one = try rules(more: #"annotations: {org.example.a: "{channel}"}"#)
        #expect(try refusal(any, source).contains("no such annotation"))
        source.annotations["org.example.a"] = "x"
        try any.check(source, facts())
        #expect(try refusal(one, source).contains("expected: dev\n    observed: x"))
        source.annotations["org.example.a"] = "dev"
        try one.check(source, facts())
    }
}
