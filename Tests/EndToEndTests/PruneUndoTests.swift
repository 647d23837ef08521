import Foundation
import LocalRegistry
import TestSupport
import Testing

/// `publisher prune undo` where not all can be brought back, and what an interrupted prune tells.
@Suite struct PruneUndoTests {
    private func content() -> DatedContent {
        var content = DatedContent()
        content.image("kept", hours: 50, tags: "latest")
        content.image("old", hours: 900, tags: "old")
        content.image("older", hours: 950, tags: "older")
        return content
    }

    @Test("an image whose blobs are gone is not put back, and is named")
    func blobs() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            let content = content()
            try await scene.put(content)
            try await scene.plan()
            try await scene.prune("apply", "plan.json").checked()
            let old = try #require(content.repository.tags["old"])
            let own = content.part(old).blobs.keys.filter { digest in
                !content.part(content.repository.tags["older"] ?? "").blobs.keys.contains(digest)
                    && digest != old
            }
            try #require(own.count == 2)
            for digest in own { try await scene.deleteBlob(digest) }
            let undone = try await scene.prune("undo", "plan.json.journal")
            #expect(undone.status == 11, "\(undone.stderr)")
            #expect(undone.stdout.contains("1 put back, 0 were there, 1 lost"), "\(undone.stdout)")
            expectError(undone, says: ["\(old): the registry has its blobs no longer"])
            let tags = try await scene.tags()
            #expect(Set(tags.keys) == ["latest", "older"])
        }
    }

    @Test("an index one of whose images is lost is not put back either")
    func children() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            var content = content()
            let one = content.image("one", hours: 900)
            let two = content.image("two", hours: 900)
            let index = content.index([one, two], hours: 900, tags: "index").digest
            try await scene.put(content)
            try await scene.plan()
            try await scene.prune("apply", "plan.json").checked()
            let shared = Set(content.part(two.digest).blobs.keys)
            let own = content.part(one.digest).blobs.keys.filter {
                $0 != one.digest && !shared.contains($0)
            }
            for digest in own { try await scene.deleteBlob(digest) }
            let undone = try await scene.prune("undo", "plan.json.journal")
            #expect(undone.status == 11, "\(undone.stderr)")
            #expect(undone.stdout.contains("3 put back, 0 were there, 2 lost"), "\(undone.stdout)")
            expectError(undone, says: ["\(index): what it names is lost"])
            #expect(try await scene.tags()["index"] == nil)
        }
    }

    @Test("a journal that ends in the middle of a line, or was changed, is told")
    func damaged() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            try await scene.plan()
            try await scene.prune("apply", "plan.json").checked()
            let whole = try scene.program.home.read("plan.json.journal")
            try scene.program.home.write("cut", Array(whole.dropLast(20)))
            let cut = try await scene.prune("undo", "cut")
            #expect(cut.stderr.contains("the last line of cut is unfinished"), "\(cut.stderr)")
            let text = String(decoding: whole, as: UTF8.self)
            let manifest = try #require(text.firstMatch(of: /"manifest":"(.{40})/))
            try scene.program.home.write(
                "changed", Array(text.replacing(manifest.1, with: "AAAA").utf8))
            let changed = try await scene.prune("undo", "changed")
            #expect(changed.status == 65, "\(changed.stderr)")
            expectError(changed, says: ["sha256:", "was changed since it was written"])
        }
    }

    @Test("what was under way when a prune was interrupted is told as it ended")
    func interrupted() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            var content = content()
            for number in 1...18 { content.image("\(number)", hours: 900, tags: "old-\(number)") }
            try await scene.put(content)
            let plan = try await scene.plan()
            #expect(plan.digests.count == 20)
            scene.server.faults.add(
                RegistryFault(on: "DELETE", times: RegistryFault.always, .delay(.seconds(5))))
            let child = try ChildProcess(scene.call(["apply", "plan.json"]))
            try await scene.faults(fired: 16)
            child.signal(SIGINT)
            let result = try await child.wait(timeout: 60)
            #expect(result.status == 130, "\(result.stderr)")
            #expect(result.stdout.contains("16 deleted"), "\(result.stdout)\(result.stderr)")
            #expect(result.stdout.contains(": not tried"))
            #expect(try await scene.tags().count == 5)
        }
    }
}
