import Foundation
import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

/// `publisher prune apply` and `undo`, ended at any request.
@Suite(.serialized) struct PruneKillTests {
    private func content() -> DatedContent {
        var content = DatedContent()
        content.image("kept", hours: 50, tags: "latest")
        let child = content.image("child", hours: 900)
        content.index([child], hours: 900, tags: "index", "alias")
        content.image("old", hours: 900, tags: "old")
        return content
    }

    /// Runs a command that is killed when it sends its request after so many; whether it was.
    private func kill(
        _ scene: PruneScene, after requests: Int, _ arguments: String...
    ) async throws -> Bool {
        let running = Running()
        scene.server.faults.add(
            RegistryFault(on: "*", skip: requests, .call { _ in running.kill() }))
        // What is deleted is told by what comes after the kill too.
        scene.server.faults.add(
            RegistryFault(on: "DELETE", times: RegistryFault.always, .delay(.zero)))
        let child = try ChildProcess(scene.call(arguments))
        running.child = child
        let result = try await child.wait(timeout: 60)
        #expect(result.signal == SIGKILL || result.status == 0, "\(result.stderr)")
        return result.signal == SIGKILL
    }

    @Test(
        "killed at any request of an apply and of an undo, the next one ends where an undisturbed one does",
        arguments: [Dialect.oci, .gitea])
    func kills(dialect: Dialect) async throws {
        let content = content()
        var isKilled = (apply: true, undo: true)
        var requests = 0
        while isKilled.apply || isKilled.undo {
            try await PruneScene.with(dialect) { scene in
                try scene.configure("tags: [latest]")
                try await scene.put(content)
                let before = try await scene.tags()
                let plan = try await scene.plan()
                #expect(plan.digests.count == 3)
                isKilled.apply = try await kill(scene, after: requests, "apply", "plan.json")
                let again = try await scene.prune("apply", "plan.json")
                #expect(again.status == 0, "apply, request \(requests): \(again.stderr)")
                #expect(try await scene.tags() == before.filter { $0.key == "latest" })
                #expect(try await scene.whole(plan.digests, of: content) == [])
                let calls = scene.server.faults.fired.filter { $0.method == .delete }.map(\.path)
                #expect(Set(calls).count == calls.count, "apply, request \(requests): \(calls)")
                scene.server.faults.clear()

                isKilled.undo = try await kill(scene, after: requests, "undo", "plan.json.journal")
                scene.server.faults.clear()
                let undone = try await scene.prune("undo", "plan.json.journal")
                #expect(undone.status == 0, "undo, request \(requests): \(undone.stderr)")
                #expect(try await scene.tags() == before)
                let all = plan.digests.union(before.values)
                #expect(try await scene.whole(all, of: content) == all)
            }
            requests += 1
        }
        #expect(requests > 25)
    }
}

/// A process that is started after it is known what will kill it.
private final class Running: @unchecked Sendable {
    private let lock = NSLock()
    private var process: ChildProcess?

    var child: ChildProcess? {
        get { lock.withLock { process } }
        set { lock.withLock { process = newValue } }
    }

    /// Ends it at once.
    func kill() {
        // The first request may come before the test knows its process.
        while child == nil { usleep(500) }
        child?.signal(SIGKILL)
    }
}
