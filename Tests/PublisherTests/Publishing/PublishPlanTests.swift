import ImageTags
import OCIRegistry
import Testing

@testable import Publisher

@Suite("What a publish is to do")
struct PublishPlanTests {
    private static let commit = String(repeating: "a", count: 40)

    private func plan(_ ref: String, registries: [String] = []) throws -> PublishPlan {
        try PublishPlan(
            "app", Example.parse(Example.complete), ref: GitRef(ref),
            revision: Revision(Self.commit), registries: registries)
    }

    @Test("the ref gives the channel, and the channel the tags")
    func tags() throws {
        let dev = try plan("refs/heads/main")
        #expect(dev.tags.immutable.map(\.description) == ["sha-aaaaaaa"])
        #expect(dev.tags.rolling.map(\.description) == ["dev", "main"])
        let release = try plan("refs/tags/v1.4.2")
        #expect(release.tags.immutable.map(\.description) == ["1.4.2"])
        #expect(release.tags.rolling.map(\.description) == ["latest", "1.4"])
        #expect(release.rules.forwardOnly)
    }

    @Test("an image is not published from a channel in which it has no tags")
    func otherChannel() throws {
        #expect(throws: PolicyRefusal.self) {
            try PublishPlan(
                "tool", Example.parse(Example.complete), ref: GitRef("refs/tags/v1.4.2"),
                revision: Revision(Self.commit))
        }
    }

    @Test("it goes to all of its registries, or to those that are named")
    func registries() throws {
        #expect(
            try plan("refs/heads/main").destinations.map(\.registry.name) == ["git", "hub"])
        #expect(
            try plan("refs/heads/main", registries: ["hub"]).destinations.map(\.registry.name)
                == ["hub"])
        let error = #expect(throws: OCIError.self) {
            try plan("refs/heads/main", registries: ["other"])
        }
        #expect(error?.kind == .usage)
        #expect(error?.advice == "it goes to git, hub")
    }
}
