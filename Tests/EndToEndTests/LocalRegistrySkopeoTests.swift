import Foundation
import TestSupport
import Testing

/// `skopeo` at work with a local registry, in both dialects.
@Suite struct LocalRegistrySkopeoTests {
    private struct Tags: Decodable { var Tags: [String] }

    private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test("an index goes in and out with all its platforms", arguments: LocalSetup.all)
    func index(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        try await visitor.login(registry)
        let layout = try OCILayout.index(tag: "v")
        let home = visitor.program.home
        try layout.write(to: home.file("layout"))
        let root = try #require(layout.roots.first?.digest)
        let place = "docker://\(registry.host)/team/deep/app"

        try await visitor.run(
            "skopeo", "copy", "--all", "oci:\(home.file("layout")):v", "\(place):v")
        try await visitor.run("skopeo", "copy", "--all", "\(place):v", "\(place)@\(root)")
        try await visitor.run("skopeo", "copy", "--all", "\(place)@\(root)", "\(place):w")
        let seen = try decode(
            Skopeo.Inspection.self, try await visitor.run("skopeo", "inspect", "\(place):w"))
        #expect(seen.Digest == root)
        #expect(seen.RepoTags == ["v", "w"])
        let listed = try decode(Tags.self, try await visitor.run("skopeo", "list-tags", place))
        #expect(listed.Tags == ["v", "w"])

        try await visitor.run(
            "skopeo", "copy", "--all", "\(place):w", "oci:\(home.file("back")):w")
        for (digest, bytes) in layout.blobs {
            let path = "back/blobs/\(digest.replacing(":", with: "/"))"
            #expect(try home.read(path) == bytes)
        }
        // It deletes the digest, which takes all tags along.
        try await visitor.run("skopeo", "delete", "\(place):v")
        for tag in ["v", "w"] {
            let gone = try await visitor.attempt("skopeo", "inspect", "\(place):\(tag)")
            #expect(gone.stderr.contains("manifest unknown"), "\(gone.stderr)")
        }
        try await registry.stop()
    }

    @Test(
        "an image of Docker's types goes in, out and to another repository",
        arguments: LocalSetup.open)
    func dockerImage(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        try await visitor.login(registry)
        let archive = try visitor.program.file(
            "image.tar", DockerArchive(tags: ["team/app:1"], style: .legacy).bytes)
        let place = "docker://\(registry.host)/team/app"
        try await visitor.run(
            "skopeo", "copy", "--format", "v2s2", "docker-archive:\(archive)", "\(place):1")
        try await visitor.run("skopeo", "copy", "\(place):1", "\(place)/copy:1")
        let raw = try await visitor.run("skopeo", "inspect", "--raw", "\(place)/copy:1")
        #expect(raw.contains("application/vnd.docker.distribution.manifest.v2+json"))
        #expect(try await visitor.run("skopeo", "inspect", "--raw", "\(place):1") == raw)
        try await visitor.run(
            "skopeo", "copy", "\(place)/copy:1",
            "docker-archive:\(visitor.program.home.file("out.tar")):team/app:1")
        let found = try await visitor.publisher("digest", "\(registry.host)/team/app/copy:1")
        #expect(found.firstLine == Sha256.digest(Array(raw.utf8)), "\(found.stderr)")
        try await registry.stop()
    }

    @Test(
        "anybody may pull where that is meant, and not push",
        arguments: [
            LocalSetup(dialect: .oci, authentication: .token, anonymousPull: true),
            LocalSetup(dialect: .oci, authentication: .basic, anonymousPull: true),
            LocalSetup(dialect: .gitea, authentication: .token, isTLS: true, anonymousPull: true),
        ])
    func anonymousPull(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let owner = try LocalVisitor(registry)
        try await owner.login(registry)
        let home = owner.program.home
        try OCILayout.image(tag: "v").write(to: home.file("layout"))
        let source = "oci:\(home.file("layout")):v"
        let place = "docker://\(registry.host)/team/app"
        try await owner.run("skopeo", "copy", source, "\(place):v")

        let visitor = try LocalVisitor(registry)
        let raw = try await visitor.run("skopeo", "inspect", "--raw", "\(place):v")
        #expect(try await owner.run("skopeo", "inspect", "--raw", "\(place):v") == raw)
        try await visitor.run(
            "skopeo", "copy", "\(place):v", "oci:\(visitor.program.home.file("out")):v")
        let read = try await visitor.publisher("digest", "\(registry.host)/team/app:v")
        #expect(read.firstLine == Sha256.digest(Array(raw.utf8)), "\(read.stderr)")
        let refused = try await visitor.attempt("skopeo", "copy", source, "\(place):mine")
        #expect(refused.status != 0)
        let pushed = try await visitor.publisher("push", source, "\(registry.host)/team/app:mine")
        #expect(pushed.status == 77, "\(pushed.stderr)")
        let deleted = try await visitor.attempt("skopeo", "delete", "\(place):v")
        #expect(deleted.status != 0)
        #expect(try await visitor.publisher("tags", "\(registry.host)/team/app").stdout == "v\n")
        try await registry.stop()
    }
}
