import Foundation
import TestSupport
import Testing

/// `publisher run` in Docker in Docker.
@Suite(.serialized, .needs(.engine)) struct RunNestedTests {
    /// A job's scene, and a builder that was pushed from an engine: its name and digest.
    private func pushed(
        from engine: Engine, to registry: LocalRegistryServer
    ) async throws -> (scene: RunScene, place: String, digest: String) {
        let scene = try await RunScene(registry.host, minimum: "B")
        let place = "\(registry.host)/team/builder:latest"
        let pushed = try await scene.program.run(
            "push", "docker-daemon:\(engine.base)", place, environment: engine.variables)
        try #require(pushed.status == 0, "\(pushed.stderr)")
        return (scene, place, pushed.firstLine)
    }

    @Test("the engine that runs the job proves its image; the one around it does not, and says so")
    func nested() async throws {
        let (outer, registry) = (try Engine(), try await LocalRegistryServer())
        let (scene, place, digest) = try await pushed(from: outer, to: registry)
        let folder = try TemporaryFolder(prefix: "nested")
        let sharing = [scene.program.home.path, outer.socket]
        let inner = try await NestedEngine(
            in: outer, folder: folder.path, sharing: sharing + JobContainer.needed)
        try await inner.docker(["pull", "--quiet", place])

        let job = try await JobContainer(scene, image: place, socket: inner.socket) {
            try await inner.docker($0)
        }
        let told = try await job.start()
        #expect(told.grade == "B" && told.method == "engine", "\(told.evidence.notes)")
        #expect(told.builder == "\(registry.host)/team/builder@\(digest)")
        let id = try await inner.docker(["inspect", "--format", "{{.Id}}", job.name])
        #expect(told.evidence.proof.first?.value == id)

        // The socket of the engine around it, whose container the inner engine is.
        let stray = try await JobContainer(scene, image: place, socket: outer.socket) {
            try await inner.docker($0)
        }
        let strayed = try await stray.start()
        #expect(strayed.grade == "E" && strayed.builder == nil)
        #expect(
            strayed.evidence.notes.contains {
                $0.hasPrefix("the engine does not run this container")
            }, "\(strayed.evidence.notes)")
        await inner.end()
        try await registry.stop()
    }

    @Test(
        "with containerd's image store the image is proven, and has the same digest when it is pushed on"
    )
    func containerd() async throws {
        let (outer, registry) = (try Engine(), try await LocalRegistryServer())
        let (scene, place, digest) = try await pushed(from: outer, to: registry)
        let folder = try TemporaryFolder(prefix: "nested")
        let sharing = try await [scene.program.home.path] + JobContainer.needed
        let inner = try await NestedEngine(
            .containerd, in: outer, folder: folder.path, sharing: sharing)
        let store = try await inner.docker(["info", "--format", "{{.DriverStatus}}"])
        #expect(store.contains("io.containerd.snapshotter.v1"), "\(store)")
        try await inner.docker(["pull", "--quiet", place])

        let job = try await JobContainer(
            scene, image: place, socket: inner.socket, libraries: inner.libraries
        ) { try await inner.docker($0) }
        let told = try await job.start()
        #expect(told.grade == "B" && told.method == "engine", "\(told.evidence.notes)")
        #expect(told.builder == "\(registry.host)/team/builder@\(digest)")

        let on = try await scene.program.run(
            "push", "docker-daemon:\(place)", "\(registry.host)/team/other:1",
            environment: ["DOCKER_HOST": "unix://\(inner.socket)"])
        #expect(on.status == 0 && on.firstLine == digest, "\(on.stdout)\(on.stderr)")

        // What is made there is pushed as that engine pushes it, and a job in it is proven.
        let made = "\(registry.host)/team/made:1"
        try folder.write("context/Dockerfile", "FROM \(place)\nRUN echo made >/made\n")
        let context = folder.file("context")
        try await inner.docker(["build", "--quiet", "--network", "none", "--tag", made, context])
        let ours = try await scene.program.run(
            "push", "docker-daemon:\(made)", made,
            environment: ["DOCKER_HOST": "unix://\(inner.socket)"])
        #expect(ours.status == 0, "\(ours.stderr)")
        let theirs = try await inner.docker(["push", made])
        #expect(theirs.contains("digest: \(ours.firstLine) "), "\(ours.firstLine): \(theirs)")
        let second = try await JobContainer(
            scene, image: made, socket: inner.socket, libraries: inner.libraries
        ) { try await inner.docker($0) }
        let proven = try await second.start()
        #expect(proven.grade == "B", "\(proven.evidence.notes)")
        #expect(proven.builder == "\(registry.host)/team/made@\(ours.firstLine)")
        await inner.end()
        try await registry.stop()
    }
}
