import ImageTags
import OCIRegistry
import Testing

@Suite("What templates can give")
struct CollisionTests {
    private func channel(_ versions: VersionScheme?) throws -> Channel {
        Channel(
            name: "dev",
            pattern: try RefPattern(
                versions == nil ? "refs/heads/main" : "refs/tags/v{version}"),
            versions: versions)
    }

    @Test(
        "a text that a template can give is known",
        arguments: [
            ("latest", "latest", true), ("latest", "latest2", false), ("latest", "", false),
            ("sha-{sha7}", "sha-0123abc", true), ("sha-{sha7}", "sha-0123abg", false),
            ("sha-{sha7}", "sha-0123abcd", false), ("{channel}-x", "dev-x", true),
            ("{version}", "2026.7.10", true), ("{version}", "2026.7.10-rc.1", true),
            ("{version}-x", "2026.7.10-x", true), ("{version}", "2026.13.1", false),
            ("{version}", "latest", false), ("{major}.{minor}", "2026.7", true),
            ("{major}.{minor}", "2026.07", false), ("{major}.{minor}", "2026.7.1", false),
            ("{sha}", String(repeating: "a", count: 40), true),
            ("{sha}", String(repeating: "a", count: 41), false), ("Dev", "dev", false),
        ])
    func giving(_ template: String, _ text: String, _ can: Bool) throws {
        #expect(try Template(template).canGive(text, in: channel(.calver)) == can)
    }

    @Test("case can be folded, and without versions there are none")
    func folding() throws {
        #expect(
            try Template("Dev-{sha7}").canGive("dev-0123abc", in: channel(nil), foldingCase: true))
        #expect(try !Template("Dev-{sha7}").canGive("dev-0123abc", in: channel(nil)))
        #expect(try !Template("{version}").canGive("2026.7.10", in: channel(nil)))
    }

    @Test("only a revision or a whole version makes a tag that can stay")
    func unique() throws {
        for text in ["sha-{sha7}", "{sha}", "v{version}", "{major}.{minor}.{patch}"] {
            #expect(try Template(text).isUnique)
        }
        for text in ["latest", "{channel}", "{major}.{minor}", "{patch}"] {
            #expect(try !Template(text).isUnique)
        }
        #expect(try Template("{channel}-x").isConstant)
        #expect(try !Template("{major}").isConstant)
    }
}
