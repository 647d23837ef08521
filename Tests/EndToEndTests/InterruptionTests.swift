import Glibc
import TestSupport
import Testing

/// SIGINT and SIGTERM in the middle of a push.
@Suite(.serialized) struct InterruptionTests {
    /// Starts a push of two layers that both take long at the pace of these tests.
    private func start(_ scene: Scene, _ options: String...) throws -> ChildProcess {
        let image = FixtureImage(layers: [.random(900_000, seed: 3), .random(900_000, seed: 4)])
        let archive = try scene.program.file("slow.tar", DockerArchive(image).bytes)
        return try ChildProcess(
            scene.program.call(["push", archive, scene.destination] + options))
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func openUploadsAreCancelled(signal: Int32, status: Int32) async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(method: "PATCH", times: 2, .throttle(bytesPerSecond: 4000)))
        let push = try start(scene)
        #expect(await scene.registry.waitForRequests(2, method: "PATCH", seconds: 60))
        push.signal(signal)
        let result = try await push.wait(timeout: 60)
        #expect(result.status == status, "\(result.stderr)")
        #expect(result.signal == nil)
        #expect(result.stdout.isEmpty)
        #expect(result.stderr.contains("interrupted; no tag was moved or deleted"))
        #expect(scene.tags.isEmpty)
        #expect(scene.registry.manifests("team/app").isEmpty)
        let patches = scene.registry.requests.filter { $0.method == "PATCH" }.map(\.path)
        let deletes = scene.registry.requests.filter { $0.method == "DELETE" }.map(\.path)
        #expect(Set(deletes) == Set(patches))
        #expect(scene.registry.openUploads.isEmpty)
        #expect(scene.registry.firedFaults.count == 2)
    }

    @Test func aSecondSignalEndsAtOnce() async throws {
        var results: [Int32] = []
        // After some seconds the first signal alone would do; on a busy machine the second may
        // come later than that, and then shows nothing.
        for _ in 1...4 where results.last != 143 {
            let scene = try Scene()
            scene.registry.inject(
                Fault(method: "PATCH", times: 2, .throttle(bytesPerSecond: 4000)))
            // A registry that does not answer.
            scene.registry.inject(Fault(method: "DELETE", times: 2, .delay(30)))
            let push = try start(scene)
            #expect(await scene.registry.waitForRequests(2, method: "PATCH", seconds: 60))
            push.signal(SIGINT)
            #expect(await scene.registry.waitForRequests(1, method: "DELETE", seconds: 60))
            push.signal(SIGTERM)
            results.append(try await push.wait(timeout: 60).status)
            #expect(scene.tags.isEmpty)
        }
        #expect(results.last == 143, "\(results)")
    }

    @Test func aWaitForTheNextTryIsNotSatOut() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(method: "POST", times: 100, .status(503, headers: ["Retry-After": "100"])))
        let push = try start(scene, "--retry-for", "300")
        #expect(await scene.registry.waitForRequests(2, method: "POST", seconds: 60))
        push.signal(SIGTERM)
        let result = try await push.wait(timeout: 60)
        #expect(result.status == 143, "\(result.stderr)")
        #expect(scene.tags.isEmpty)
    }

    @Test func aReaderThatWaitsForTheRegistryIsLetGo() async throws {
        let scene = try Scene()
        scene.registry.inject(Fault(times: 100, .delay(60)))
        let tags = try ChildProcess(scene.program.call(["tags", scene.repository]))
        #expect(await scene.registry.waitForRequests(1, seconds: 60))
        tags.signal(SIGINT)
        let result = try await tags.wait(timeout: 60)
        #expect(result.status == 130, "\(result.stderr)")
        #expect(result.seconds < 50)
    }

    @Test func aRefusedPushCancelsTheUploadsBesideIt() async throws {
        let scene = try Scene()
        // One layer is refused while the other is on its way.
        scene.registry.inject(Fault(method: "PATCH", .throttle(bytesPerSecond: 4000)))
        scene.registry.inject(Fault(method: "PATCH", .status(403)))
        let result = try await scene.push()
        scene.expectFailed(result, 77, says: "-> 403", faults: 2...2)
    }
}
