import ImageTags
import OCIRegistry
import Testing

@Suite("Tags from templates")
struct TemplateTests {
    private static let sha = "9fceb02c0f5d1a7b3e4c8d6f2a1b0c9d8e7f6a5b"

    private func facts(_ version: String? = nil) throws -> PublishFacts {
        PublishFacts(
            channel: "dev", revision: try Revision(Self.sha),
            version: try version.map { try Version($0, .calver) })
    }

    @Test("places hold what is known")
    func places() throws {
        #expect(try Template("sha-{sha7}").text(facts()) == "sha-9fceb02")
        #expect(try Template("{sha}").text(facts()) == Self.sha)
        #expect(try Template("{channel}-{sha7}x").text(facts()) == "dev-9fceb02x")
        #expect(try Template("{version}").text(facts("2026.7.10-rc.1")) == "2026.7.10-rc.1")
        #expect(try Template("{major}.{minor}").text(facts("2026.7.10")) == "2026.7")
    }

    @Test("a version is needed where there is a place for one")
    func missing() throws {
        let error = #expect(throws: OCIError.self) { try Template("{version}").tag(facts()) }
        #expect(error?.kind == .configuration)
    }

    @Test(
        "braces hold what is known",
        arguments: ["{", "}", "{}", "{sha", "sha}", "{{sha}}", "{sha8}"])
    func unknown(text: String) { #expect(throws: OCIError.self) { try Template(text) } }

    @Test("what is no tag is refused", arguments: ["-{sha7}", "a/{sha7}", "ä", ".{sha7}", ""])
    func illegal(text: String) throws {
        #expect(throws: OCIError.self) { try Template(text).tag(facts()) }
    }

    @Test("a pre-release leaves the aliases alone")
    func withheld() throws {
        let rules = TagRules(
            immutable: [try Template("{version}")],
            rolling: [try Template("latest"), try Template("{major}.{minor}")])
        let release = try rules.tags(facts("2026.7.10"))
        #expect(release.rolling.map(\.description) == ["latest", "2026.7"])
        #expect(release.withheld.isEmpty)
        let early = try rules.tags(facts("2026.7.10-rc.1"))
        #expect(early.immutable.map(\.description) == ["2026.7.10-rc.1"])
        #expect(early.rolling.isEmpty)
        #expect(early.withheld.map(\.description) == ["latest", "2026.7"])
    }

    @Test("a tag that two templates give is written once, as the immutable one")
    func once() throws {
        let rules = TagRules(
            immutable: [try Template("sha-{sha7}")],
            rolling: [try Template("sha-{sha7}"), try Template("dev")])
        let tags = try rules.tags(facts())
        #expect(tags.immutable.map(\.description) == ["sha-9fceb02"])
        #expect(tags.rolling.map(\.description) == ["dev"])
    }

    @Test(
        "a commit has its whole name",
        arguments: ["9fceb02", "", String(repeating: "g", count: 40)])
    func revisions(text: String) { #expect(throws: OCIError.self) { try Revision(text) } }
}
