import Foundation
import TestSupport
import Testing

/// Docker Engines that Debian does not have, played by a small server on a unix socket.
@Suite struct EmulatedEngineTests {
    private let registry: ScriptedRegistry
    private let program: Program
    private let image = FixtureImage(layers: [
        .compressible(300_000, seed: 1), .random(200_000, seed: 2), .compressible(10, seed: 3),
    ])

    init() throws {
        registry = try ScriptedRegistry()
        program = try Program()
    }

    private func push(
        _ name: String = "app:1", from engine: EmulatedEngine, _ options: String...
    ) async throws -> ChildResult {
        let call = program.call(
            ["push", "docker-daemon:\(name)", "\(registry.host)/team/app:dev"] + options,
            ["DOCKER_HOST": engine.address])
        return try await ChildProcess.run(call)
    }

    private func classic() throws -> EmulatedEngine {
        try EmulatedEngine(["app:1": try .classic(image, name: "app:1")])
    }

    /// What the same image gives as a file.
    private func digestOfArchive() async throws -> String {
        let file = try program.file(
            "image.tar", DockerArchive(image, tags: ["app:1"], style: .legacy).bytes)
        let result = try await program.run("push", file, "\(registry.host)/other/app:1")
        try #require(result.status == 0, "\(result.stderr)")
        return result.firstLine
    }

    @Test func theClassicStoreOfDocker25GivesTheSameImageAsAnArchive() async throws {
        let engine = try classic()
        let result = try await push(from: engine)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.firstLine == (try await digestOfArchive()))
        #expect(engine.exports == 1)

        let again = try await push(from: engine)
        #expect(again.stdout == result.stdout)
        #expect(engine.exports == 1, "what the registry serves is not exported")
    }

    @Test func aStorageDriverThatContainerdHasTooIsToldByTheExport() async throws {
        let engine = try EmulatedEngine([
            "app:1": try .classic(image, name: "app:1", driver: "btrfs")
        ])
        engine.spoilExports(.cut(after: 100_000))
        let result = try await push(from: engine)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.firstLine == (try await digestOfArchive()))
    }

    @Test(arguments: [true, false])
    func theContainerdStoreIsCopiedByteForByte(tellsDescriptor: Bool) async throws {
        let layout = try OCILayout.index(tag: "1")
        let stored = EngineImage.containerd(
            layout, showing: .small(), name: "app:1", tellsDescriptor: tellsDescriptor)
        let engine = try EmulatedEngine(["app:1": try #require(stored)])
        let result = try await push(from: engine)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.firstLine == layout.roots.first?.digest)
        for manifest in layout.manifests {
            #expect(
                registry.manifest("team/app", manifest.digest) == layout.blobs[manifest.digest])
        }
        let blobs = Set(layout.blobs.keys).subtracting(layout.manifests.map(\.digest))
        #expect(registry.blobs("team/app") == blobs)
    }

    @Test func onePlatformOfTheContainerdStoreIsEnough() async throws {
        // An image that was pulled: its index names arm64, but the store has amd64 alone.
        let whole = try OCILayout.index(tag: "1")
        var layout = whole
        for manifest in whole.manifests.dropFirst().dropLast() {
            layout.replace(manifest.digest, with: nil)
        }
        let stored = EngineImage.containerd(
            layout, showing: .small(), name: "app:1", tellsDescriptor: true)
        let engine = try EmulatedEngine(["app:1": try #require(stored)])
        let all = try await push(from: engine)
        #expect(all.status == 65 || all.status == 66)
        #expect(all.stderr.contains("--platform"), "\(all.stderr)")
        #expect(registry.writes.isEmpty)
        let one = try await push(from: engine, "--platform", "linux/amd64")
        #expect(one.status == 0, "\(one.stderr)")
        #expect(one.firstLine == whole.manifests.first?.digest)
    }

    @Test func anExportThatBreaksOffIsBegunAgain() async throws {
        let engine = try classic()
        engine.spoilExports(.cut(after: 100_000), .cut(after: 400_000))
        let result = try await push(from: engine)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.firstLine == (try await digestOfArchive()))
        #expect(engine.exports == 3)
        #expect(registry.openUploads.isEmpty)
    }

    @Test func aLayoutExportThatBreaksOffIsBegunAgain() async throws {
        let layout = try OCILayout.image(image, tag: "1", compression: .gzip)
        let stored = EngineImage.containerd(
            layout, showing: image, name: "app:1", tellsDescriptor: true)
        let engine = try EmulatedEngine(["app:1": try #require(stored)])
        engine.spoilExports(.cut(after: 50_000), .cut(after: 150_000))
        let result = try await push(from: engine)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.firstLine == layout.roots.first?.digest)
        #expect(registry.openUploads.isEmpty)
    }

    @Test func anEngineThatFailsForAMomentIsAskedAgain() async throws {
        let engine = try classic()
        engine.spoilExports(.status(500, message: "layer store is busy"))
        let result = try await push(from: engine)
        #expect(result.status == 0, "\(result.stderr)")
    }

    @Test func anEngineThatGoesOnFailingIsQuoted() async throws {
        let engine = try classic()
        for _ in 0..<10 { engine.spoilExports(.status(500, message: "layer store is broken")) }
        let result = try await push(from: engine, "--retry-for", "1")
        #expect(result.status == 75)
        #expect(result.stderr.contains("layer store is broken"), "\(result.stderr)")
        #expect(registry.tags("team/app").isEmpty)
    }

    @Test func anImageThatTheEngineLacksIsNotFound() async throws {
        let result = try await push("nothing:here", from: try classic())
        #expect(result.status == 66)
        #expect(result.stderr.contains("nothing:here"), "\(result.stderr)")
        #expect(result.stderr.contains("docker images"), "\(result.stderr)")
        #expect(registry.writes.isEmpty)
    }

    @Test(arguments: ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
    func noEngineAtAllIsUnreachable(address: String) async throws {
        let result = try await program.run(
            "push", "docker-daemon:app:1", "\(registry.host)/team/app:dev",
            environment: ["DOCKER_HOST": address])
        #expect(result.status == 69)
        #expect(result.stderr.contains("DOCKER_HOST"), "\(result.stderr)")
        #expect(result.stderr.contains("docker-archive:"), "\(result.stderr)")
    }
}
