import Foundation
import TestSupport
import Testing

/// `publisher run` in Docker in Docker.
@Suite(.serialized, .needs(.engine)) struct RunNestedTests {
    @Test("the engine that runs the job proves its image; the one around it does not, and says so")
    func nested() async throws {
        let outer = try Engine()
        let registry = try await LocalRegistryServer()
        let scene = try await RunScene(registry.host, minimum: "B")
        let place = "\(registry.host)/team/builder:latest"
        let pushed = try await scene.program.run(
            "push", "docker-daemon:\(outer.base)", place, environment: outer.variables)
        try #require(pushed.status == 0, "\(pushed.stderr)")
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
        #expect(told.builder == "\(registry.host)/team/builder@\(pushed.firstLine)")
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
}
