import ImageTags
import OCIRegistry
import Testing

@Suite("Channels")
struct ChannelTests {
    private static func channels() throws -> [Channel] {
        [
            Channel(name: "dev", pattern: try RefPattern("refs/heads/main")),
            Channel(
                name: "release", pattern: try RefPattern("refs/tags/v{version}"),
                versions: .calver),
            Channel(name: "fix", pattern: try RefPattern("refs/heads/fix/*")),
        ]
    }

    private func select(_ ref: String, asked: String? = nil) throws -> ChannelSelection {
        try ChannelSelection.select(GitRef(ref), from: Self.channels(), asked: asked)
    }

    @Test("a git ref selects the one channel that takes it")
    func one() throws {
        #expect(try select("refs/heads/main").channel.name == "dev")
        #expect(try select("refs/heads/main", asked: "dev").channel.name == "dev")
        let release = try select("refs/tags/v2026.7.10")
        #expect(release.channel.name == "release")
        #expect(release.version?.description == "2026.7.10")
        #expect(try select("refs/tags/v2026.7.10-rc.1").version?.isPrerelease == true)
        #expect(try select("refs/heads/fix/door").channel.name == "fix")
    }

    @Test(
        "a stray ref is refused",
        arguments: [
            "refs/heads/feature", "refs/heads/main2", "refs/heads/xmain", "refs/tags/main",
            "refs/tags/v1", "refs/tags/2026.7.10", "refs/tags/v2026.07.1", "refs/tags/v2026.7.x",
            "refs/heads/fix/door/left", "refs/heads/fix", "refs/pull/7/head",
        ])
    func stray(ref: String) { #expect(throws: PolicyRefusal.self) { try select(ref) } }

    @Test("what is nearly a version is named with a version that would do")
    func nearly() throws {
        let error = #expect(throws: PolicyRefusal.self) { try select("refs/tags/v2026.07.1") }
        #expect(error?.message.contains("'2026.07.1' is no calver version like 2026.7.10") == true)
    }

    @Test("a channel asked for by hand has to be the ref's own")
    func asked() throws {
        let other = #expect(throws: PolicyRefusal.self) {
            try select("refs/heads/main", asked: "release")
        }
        #expect(other?.message.contains("belongs to channel dev") == true)
        let none = #expect(throws: PolicyRefusal.self) {
            try select("refs/heads/main", asked: "prod")
        }
        #expect(none?.advice.contains("release (refs/tags/v{version})") == true)
    }

    @Test("two channels that take one ref are refused")
    func two() throws {
        let channels =
            try Self.channels() + [
                Channel(name: "all", pattern: RefPattern("refs/heads/*"))
            ]
        let error = #expect(throws: PolicyRefusal.self) {
            try ChannelSelection.select(GitRef("refs/heads/main"), from: channels)
        }
        #expect(error?.message.contains("dev and all") == true)
    }

    @Test(
        "only the full name of a branch or tag is a ref",
        arguments: [
            "main", "heads/main", "refs/main", "refs/heads/", "refs/heads/a b", "refs/heads/a..b",
            "refs/heads/.a", "refs/heads/a.lock", "refs/remotes/o/m", "refs/heads/a\n",
            "refs//heads",
        ])
    func names(text: String) { #expect(throws: OCIError.self) { try GitRef(text) } }

    @Test(
        "only what can match is a pattern",
        arguments: [
            "main", "refs/heads/{branch}", "refs/tags/{version}/{version}", "refs/tags/v{versio",
            "refs/heads/}",
        ])
    func patterns(text: String) { #expect(throws: OCIError.self) { try RefPattern(text) } }
}
