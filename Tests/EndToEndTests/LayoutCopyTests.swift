import Foundation
import TestSupport
import Testing

/// `publisher copy` between a registry and a layout, with `skopeo` as the reader of the layout.
@Suite struct LayoutCopyTests {
    private let registry: ScriptedRegistry
    private let program: Program
    private let layout: OCILayout

    init() throws {
        registry = try ScriptedRegistry()
        program = try Program()
        layout = try OCILayout.index(tag: "v")
        layout.put(into: registry, "team/app", tags: ["v", "w"])
    }

    @Test func aNewLayoutTakesAnIndexThatSkopeoReads() async throws {
        let folder = program.home.file("new")
        let result = try await program.run(
            "copy", "docker://\(registry.host)/team/app:v", "oci:\(folder):mine")
        try #require(result.status == 0, "\(result.stderr)")
        #expect(result.firstLine == layout.roots.first?.digest)
        try await tool(
            "skopeo", "copy", "--quiet", "--all", "oci:\(folder):mine",
            "oci:\(program.home.file("again")):x")
        for (digest, bytes) in layout.blobs {
            let path = "again/blobs/\(digest.replacing(":", with: "/"))"
            #expect(try program.home.read(path) == bytes)
        }
        // Back again, to another repository.
        let back = try await program.run("copy", "oci:\(folder):mine", "\(registry.host)/other/app")
        #expect(back.status == 0, "\(back.stderr)")
        #expect(registry.tags("other/app") == ["mine": result.firstLine])
    }

    @Test func allTagsGoIntoOneLayout() async throws {
        let folder = program.home.file("new")
        let result = try await program.run(
            "copy", "\(registry.host)/team/app", "oci:\(folder)", "--all-tags")
        try #require(result.status == 0, "\(result.stderr)")
        for tag in ["v", "w"] {
            let found = try await tool("skopeo", "inspect", "--raw", "oci:\(folder):\(tag)")
            #expect(Sha256.digest(Array(found.utf8)) == layout.roots.first?.digest)
        }
        let again = try await program.run(
            "copy", "\(registry.host)/team/app", "oci:\(folder)", "--all-tags")
        #expect(again.status == 0, "\(again.stderr)")
        #expect(again.stdout == result.stdout)
    }
}
