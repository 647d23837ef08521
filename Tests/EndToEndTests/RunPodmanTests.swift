import Foundation
import TestSupport
import Testing

/// `publisher run` in containers of Podman, whose service speaks the Docker Engine's API.
@Suite(.serialized, .needs(.podman)) struct RunPodmanTests {
    private let podman: Podman
    private let registry: LocalRegistryServer
    private let scene: RunScene

    init() async throws {
        podman = try await Podman()
        registry = try await LocalRegistryServer()
        scene = try await RunScene(registry.host, minimum: "B")
    }

    /// Puts the Debian of the tests into Podman under a name without a registry; its digest, once pushed.
    private func builder(_ place: String) async throws -> String {
        try await podman.podman(["import", Peers.root + ".build/peers/base.tar", "base:1"])
        let archive = scene.program.home.file("base.oci")
        try await podman.podman(["save", "--format", "oci-archive", "-o", archive, "base:1"])
        let pushed = try await scene.program.run("push", "oci-archive:\(archive)", place)
        try #require(pushed.status == 0, "\(pushed.stderr)")
        return pushed.firstLine
    }

    @Test("Podman's containers are proven, though the same image has names without a registry too")
    func proven() async throws {
        let place = "\(registry.host)/team/builder:latest"
        let digest = try await builder(place)
        try await podman.podman(["pull", "--quiet", "--tls-verify=false", place])
        let job = try await podman.job(scene, image: place)
        let told = try await job.start()
        #expect(told.grade == "B" && told.method == "engine", "\(told.evidence.notes)")
        #expect(told.builder == "\(registry.host)/team/builder@\(digest)")
        // `localhost/base:1` is no registry: nothing waits for one there.
        #expect(told.evidence.notes == [])
        let id = try await podman.podman(["inspect", "--format", "{{.Id}}", job.name])
        #expect(told.evidence.proof.first?.value == id)
        #expect(try await scene.run("verify").status == 0)
        await job.end()
        await podman.end()
        try await registry.stop()
    }

    @Test(
        "a container that the engine asked does not run is no evidence, and that is told",
        .needs(.engine))
    func anotherEngine() async throws {
        let engine = try Engine()
        let job = try await JobContainer(
            scene, image: engine.base, socket: podman.socket
        ) { try await engine.docker($0) }
        let told = try await job.start()
        #expect(told.grade == "E" && told.builder == nil)
        #expect(
            told.evidence.notes.contains { $0.hasPrefix("the engine does not run this container") },
            "\(told.evidence.notes)")
        #expect(try await scene.run("verify").status == 11)
        await job.end()
        await podman.end()
        try await registry.stop()
    }
}
