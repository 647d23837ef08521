import Foundation
import TestSupport
import Testing

/// From `docker build` to `docker run` of what was pulled, with the Docker Engine as the source
/// and as an independent reader.
@Suite(.needs(.engine)) struct EnginePushTests {
    private let engine: Engine
    private let program: Program

    init() throws {
        engine = try Engine()
        program = try Program(environment: engine.variables)
    }

    /// Layers over the base, of which BuildKit leaves two empty. What it prints when it runs
    /// comes from a file that RUN wrote.
    private func dockerfile(_ words: String) -> String {
        """
        FROM \(engine.base)
        LABEL org.opencontainers.image.title="\(words)" test.quote="a \\"b\\" <c> & d"
        ENV GREETING=hello
        COPY noise.bin /opt/noise.bin
        RUN echo "\(words)" | tr a-z A-Z >/srv/text && chmod 640 /srv/text
        RUN true
        RUN mkdir -p /srv/deep/er && ln -s ../../text /srv/deep/er/link && rm -f /etc/motd
        RUN true
        WORKDIR /srv
        ENTRYPOINT ["cat"]
        CMD ["/srv/deep/er/link"]
        """
    }

    private func noise(_ seed: UInt64) -> [String: [UInt8]] {
        ["noise.bin": FixtureContent.random(200_000, seed: seed)]
    }

    private func diffIDs(of image: String) async throws -> [String] {
        let list = try await engine.docker(
            "image", "inspect", "--format", "{{json .RootFS.Layers}}", image)
        return try JSONDecoder().decode([String].self, from: Data(list.utf8))
    }

    @Test(arguments: [true, false])
    func whatDockerBuiltIsPushedPulledByDigestAndRuns(buildKit: Bool) async throws {
        let words = "built with\(buildKit ? "" : "out") buildkit"
        let registry = try await DockerRegistry()
        // Nothing that the engine may have pulled, or built, before.
        let image = try await engine.build(
            "app", dockerfile(words), files: noise(.random(in: 0...(.max))), buildKit: buildKit)
        let id = try await engine.docker("image", "inspect", "--format", "{{.Id}}", image)
        let repository = "\(registry.host)/team/app"

        let result = try await program.run(
            "push", "docker-daemon:\(image)", "\(repository):dev", "--tag", "latest",
            "--tag", "sha-1", buildKit ? "--quiet" : "--engine-export")
        try #require(result.status == 0, "\(result.stderr)")
        let digest = result.firstLine
        let pinned = "\(repository)@\(digest)"

        let manifest = try await Skopeo.raw(pinned)
        #expect(Sha256.digest(manifest) == digest)
        let view = try ManifestView(manifest)
        #expect(view.layers?.count == (try await diffIDs(of: image)).count)
        #expect(view.config?.digest == id)
        for tag in ["dev", "latest", "sha-1"] {
            let inspection = try await Skopeo.inspect("\(repository):\(tag)")
            #expect(inspection.Digest == digest)
            #expect(inspection.Layers == view.layers?.map(\.digest))
            #expect(inspection.RepoTags?.sorted() == ["dev", "latest", "sha-1"])
            #expect(inspection.Labels?["org.opencontainers.image.title"] == words)
            #expect(inspection.Labels?["test.quote"] == "a \"b\" <c> & d")
        }

        try await engine.docker("image", "rm", "--force", image)
        try await engine.docker("pull", "--quiet", pinned)
        let output = try await engine.docker("run", "--rm", "--network", "none", pinned)
        let pulledID = try await engine.docker("image", "inspect", "--format", "{{.Id}}", pinned)
        try await engine.docker("image", "rm", "--force", pinned)
        #expect(output == words.uppercased())
        #expect(pulledID == id)
        // It was a real pull: every layer that was built here has come from the registry.
        let fetched = try await registry.accesses().filter { $0.method == "GET" }.map(\.path)
        for layer in try #require(view.layers).dropFirst() {
            #expect(fetched.contains { $0.hasSuffix("/blobs/\(layer.digest)") })
        }
    }

    @Test func zstdLayersThatDocker20CannotUnpackHoldWhatTheEngineHas() async throws {
        let registry = try await DockerRegistry()
        let image = try await engine.build("zstd", dockerfile("zstd"), files: noise(3))
        let diffIDs = try await diffIDs(of: image)
        let reference = "\(registry.host)/team/app:zstd"
        let result = try await program.run(
            "push", "docker-daemon:\(image)", reference, "--compression", "zstd")
        try #require(result.status == 0, "\(result.stderr)")

        let copy = program.home.file("copy")
        try await Skopeo.copy(reference, toLayout: copy)
        let layers = try #require(try ManifestView(try await Skopeo.raw(reference)).layers)
        #expect(layers.count == diffIDs.count)
        for (layer, diffID) in zip(layers, diffIDs) {
            #expect(layer.mediaType == "application/vnd.oci.image.layer.v1.tar+zstd")
            let file = "\(copy)/blobs/\(layer.digest.replacing(":", with: "/"))"
            let sum = try await tool("sh", "-c", "zstd -dc \"$0\" | sha256sum", file)
            #expect("sha256:\(sum.prefix(64))" == diffID)
        }
    }

    @Test func theSamePushAgainWritesNothingAndExportsNothing() async throws {
        let registry = try await DockerRegistry()
        let image = try await engine.build("again", dockerfile("again"), files: noise(4))
        let destination = "\(registry.host)/team/app:dev"
        let first = try await program.run(
            "push", "docker-daemon:\(image)", destination, "--engine-export")
        try #require(first.status == 0, "\(first.stderr)")
        let exports = try await engine.exports(of: image)
        #expect(exports > 0)
        let before = try await registry.accesses().count

        // Another runner, with nothing but the registry to remember by.
        let fresh = try Program(environment: engine.variables)
        let second = try await fresh.run("push", image, destination)
        #expect(second.status == 0, "\(second.stderr)")
        #expect(second.stdout == first.stdout)
        #expect(try await registry.accesses().dropFirst(before).filter(\.isWrite).isEmpty)
        #expect(try await engine.exports(of: image) == exports)
    }

    @Test func whatIsInReachIsReadWithoutAnExportAndIsTheSame() async throws {
        let registry = try ScriptedRegistry()
        let image = try await engine.build("reach", dockerfile("reach"), files: noise(8))
        let source = "docker-daemon:\(image)"
        let read = try await program.run("push", source, "\(registry.host)/read/app:1")
        try #require(read.status == 0, "\(read.stderr)")
        #expect(try await engine.exports(of: image) == 0)
        let exported = try await program.run(
            "push", source, "\(registry.host)/exported/app:1", "--engine-export")
        try #require(exported.status == 0, "\(exported.stderr)")
        #expect(try await engine.exports(of: image) > 0)
        #expect(exported.stdout == read.stdout)
    }

    @Test func aLayerBuiltOnTopIsAllThatIsSent() async throws {
        let registry = try await DockerRegistry()
        let image = try await engine.build("below", dockerfile("below"), files: noise(5))
        let destination = "\(registry.host)/team/app"
        let first = try await program.run("push", image, "\(destination):1")
        try #require(first.status == 0, "\(first.stderr)")
        let before = (blobs: try registry.storedBlobs(), log: try await registry.accesses().count)

        let top = FixtureContent.random(50_000, seed: 6)
        let next = try await engine.build(
            "above", "FROM \(image)\nCOPY top.bin /top.bin\n", files: ["top.bin": top])
        let second = try await program.run("push", next, "\(destination):2", "--json")
        try #require(second.status == 0, "\(second.stderr)")

        let new = try registry.storedBlobs().filter { before.blobs[$0.key] == nil }
        #expect(new.count == 3, "the layer, the configuration, the manifest")
        #expect(new.values.reduce(0, +) < 60_000)
        let writes = try await registry.accesses().dropFirst(before.log).filter(\.isWrite)
        #expect(writes.filter { $0.method == "PATCH" }.count == 1)
        struct Receipt: Decodable { var bytesSent: Int }
        let receipt = try JSONDecoder().decode(Receipt.self, from: Data(second.output))
        #expect((50_000..<70_000).contains(receipt.bytesSent))
    }

    @Test func anImageIsFoundByItsIDToo() async throws {
        let registry = try ScriptedRegistry()
        let image = try await engine.build(
            "id", "FROM scratch\nCOPY noise.bin /\n", files: noise(7))
        let id = try await engine.docker("image", "inspect", "--format", "{{.Id}}", image)
        var digests: Set<String> = []
        for source in [image, id, String(id.dropFirst(7).prefix(12))] {
            let result = try await program.run(
                "push", "docker-daemon:\(source)", "\(registry.host)/team/app:1")
            #expect(result.status == 0, "\(result.stderr)")
            digests.insert(result.firstLine)
        }
        #expect(digests.count == 1)
    }

    @Test(arguments: [("a?b", 64), ("UPPER/Case", 64), ("../x", 64), ("not/there:1", 66)])
    func whatIsNoImageOfTheEngineIsToldAtOnce(_ name: String, status: Int32) async throws {
        let result = try await program.run(
            "push", "docker-daemon:\(name)", "127.0.0.1:1/team/app:1")
        #expect(result.status == status, "\(result.stderr)")
        #expect(result.stderr.contains("docker images"), "\(result.stderr)")
    }
}
