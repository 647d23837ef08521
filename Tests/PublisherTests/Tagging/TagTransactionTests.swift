import HTTPTypes
import ImageTags
import LocalRegistry
import OCIRegistry
import Synchronization
import Testing

@testable import Publisher

@Suite("Tags that move together")
struct TagTransactionTests {
    private let a: OCIRegistry.Tag
    private let b: OCIRegistry.Tag
    private let c: OCIRegistry.Tag

    init() throws {
        (a, b, c) = (try OCIRegistry.Tag("a"), try OCIRegistry.Tag("b"), try OCIRegistry.Tag("c"))
    }

    /// A scene in which `a` and `b` name the first image and `c` is not there.
    private func scene(_ body: (TagScene) async throws -> Void) async throws {
        try await TagScene.with { scene in
            for tag in [a, b] { try await scene.repository().put(scene.images[0], tag: tag) }
            try await body(scene)
        }
    }

    /// Runs `action` once, after a tag was written.
    private func after(
        _ tag: OCIRegistry.Tag, _ action: @escaping @Sendable () -> Void
    ) -> PushProgress.Sink {
        { if case .stored("tag \(tag)") = $0 { action() } }
    }

    @Test("what somebody else wrote meanwhile is left alone, and said")
    func foreignWrite() async throws {
        try await scene { scene in
            let (old, foreign) = (scene.images[0].digest, scene.images[2].digest)
            let result = try await scene.transaction(
                [a, b, c], to: scene.images[1],
                after(c) {
                    _ = try? scene.server.store.put(scene.images[2], tags: [b], in: scene.name)
                }
            ).run()
            #expect(result.verdict == .conflicted)
            #expect(result.observed == [a: old, b: foreign, c: nil])
            #expect(result.failure?.message.contains("'b'") == true)
            #expect(try await scene.digest(b) == foreign)
        }
    }

    @Test("a tag is looked at again before a write that comes late")
    func lateWrite() async throws {
        try await scene { scene in
            let foreign = scene.images[2].digest
            var transaction = scene.transaction(
                [a, b, c], to: scene.images[1],
                after(a) {
                    _ = try? scene.server.store.put(scene.images[2], tags: [b], in: scene.name)
                })
            transaction.freshness = .zero
            let result = try await transaction.run()
            #expect(result.verdict == .conflicted)
            #expect(result.written == [a])
            #expect(result.observed == [a: scene.images[0].digest, b: foreign, c: nil])
            #expect(result.failure?.message.contains("'b'") == true)
        }
    }

    @Test("a tag that was never tried is not put back, although it names the target")
    func neverTried() async throws {
        try await scene { scene in
            scene.server.faults.add(
                Fault(on: "PUT /v2/**/manifests/b", times: Fault.always, .status(403)))
            let result = try await scene.transaction(
                [a, b, c], to: scene.images[1],
                after(a) {
                    _ = try? scene.server.store.put(scene.images[1], tags: [c], in: scene.name)
                }
            ).run()
            #expect(result.verdict == .conflicted)
            #expect(result.failure?.kind == .denied)
            #expect(result.written == [a, b])
            #expect(try await scene.digest(a) == scene.images[0].digest)
            #expect(try await scene.digest(c) == scene.images[1].digest)
        }
    }

    @Test("what somebody else writes while tags are put back is left alone too")
    func foreignWriteWhilePuttingBack() async throws {
        try await scene { scene in
            scene.server.faults.add(
                Fault(on: "PUT /v2/**/manifests/c", times: Fault.always, .status(.forbidden)))
            let (old, foreign) = (scene.images[0].digest, scene.images[2].digest)
            let result = try await scene.transaction([a, b, c], to: scene.images[1]) {
                guard case .stored("tag b, put back to \(old)") = $0 else { return }
                _ = try? scene.server.store.put(scene.images[2], tags: [a], in: scene.name)
            }.run()
            #expect(result.verdict == .conflicted)
            #expect(result.observed == [a: foreign, b: old, c: nil])
            #expect(result.failure?.kind == .denied)
        }
    }

    @Test("a reply that is lost for good is no failure when the tag reads back")
    func lostReply() async throws {
        try await scene { scene in
            scene.server.faults.add(
                Fault(on: "PUT /v2/**/manifests/c", times: Fault.always, .loseReply))
            let result = try await scene.transaction([a, b, c], to: scene.images[1]).run()
            #expect(result.verdict == .committed)
            #expect(result.failure == nil)
            #expect(!scene.server.faults.fired.isEmpty)
        }
    }

    @Test("what is interrupted is put back")
    func interrupted() async throws {
        try await scene { scene in
            let work = Mutex<Task<TagTransaction.Result, any Error>?>(nil)
            let transaction = scene.transaction(
                [a, b, c], to: scene.images[1],
                after(a) {
                    work.withLock { $0?.cancel() }
                })
            let task = work.withLock { work in
                let task = Task { try await transaction.run() }
                work = task
                return task
            }
            let result = try await task.value
            #expect(result.verdict == .rolledBack)
            #expect(result.failure?.message == "interrupted")
            #expect(result.written == [a])
            #expect(try await scene.digest(a) == scene.images[0].digest)
            #expect(try await scene.digest(c) == nil)
        }
    }

    @Test("tags that cannot be read back are never said to be in order")
    func unreadable() async throws {
        try await scene { scene in
            let result = try await scene.transaction(
                [a, b], to: scene.images[1],
                after(b) {
                    scene.server.faults.add(
                        Fault(on: "HEAD /v2/**", times: Fault.always, .status(403)))
                }
            ).run()
            #expect(result.verdict == .conflicted)
            #expect(result.observed.isEmpty)
            #expect(result.failure != nil)
        }
    }

    @Test("nothing is written where every tag is there already")
    func again() async throws {
        try await scene { scene in
            scene.server.faults.add(
                Fault(on: "PUT /v2/**", times: Fault.always, .status(403)))
            let result = try await scene.transaction([a, b], to: scene.images[0]).run()
            #expect(result.verdict == .committed)
            #expect(scene.server.faults.fired.isEmpty)
        }
    }

    @Test(
        "of two that race for one alias, both say truly what came of it, 200 times",
        arguments: [Dialect.oci, .gitea])
    func race(dialect: Dialect) async throws {
        try await TagScene.with(dialect) { scene in
            let alias = a
            try await scene.repository().put(scene.images[0], tag: alias)
            for round in 1...200 {
                let rivals = [scene.images[1 + round % 2], scene.images[2 - round % 2]]
                async let first = scene.transaction([alias], to: rivals[0]).run()
                async let second = scene.transaction([alias], to: rivals[1]).run()
                let results = try await [first, second]
                let final = try await scene.digest(alias)
                let winner = try #require(results.first { $0.plan.target == final })
                let other = try #require(results.first { $0.plan.target != final })
                #expect(winner.verdict == .committed)
                // It was there before the winner wrote, or it says that the winner's is there.
                let was = other.verdict == .committed && other.observed[alias] == other.plan.target
                let isNot = other.verdict == .conflicted && other.observed[alias] == final
                #expect(was || isNot, "round \(round): \(other)")
            }
            for image in scene.images {
                #expect(try await scene.repository(.pull).digest("\(image.digest)") != nil)
            }
        }
    }
}
