import ImageTags
import OCIRegistry
import Testing

@Suite("Versions in tags")
struct TemplateVersionTests {
    private func version(_ tag: String, _ template: String) throws -> String? {
        let channel = Channel(
            name: "release", pattern: try RefPattern("refs/tags/v{version}"), versions: .calver)
        return try Template(template).version(in: Tag(tag), channel)?.description
    }

    @Test("what stands in the place of the version is found, where it is one")
    func found() throws {
        #expect(try version("2026.7.10", "{version}") == "2026.7.10")
        #expect(try version("bundle-2026.7.10-rc.1", "bundle-{version}") == "2026.7.10-rc.1")
        #expect(try version("release-2026.7.10-gpu", "{channel}-{version}-gpu") == "2026.7.10")
        #expect(try version("latest", "{version}") == nil)
        #expect(try version("bundle-", "bundle-{version}") == nil)
        #expect(try version("2026.07.10", "{version}") == nil)
        #expect(try version("2026.7", "{major}.{minor}") == nil)
        #expect(try version("sha-aaaaaaa", "sha-{sha7}") == nil)
    }
}
