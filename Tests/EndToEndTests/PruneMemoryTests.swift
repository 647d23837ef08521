import Foundation
import LocalRegistry
import TestSupport
import Testing

/// What `publisher prune` remembers of tags from one look to the next.
@Suite(.serialized) struct PruneMemoryTests {
    private func content() -> DatedContent {
        var content = DatedContent()
        content.image("kept", hours: 50, tags: "latest")
        for number in 0..<5 { content.image("old\(number)", hours: 900, tags: "old-\(number)") }
        return content
    }

    private func heads(_ scene: PruneScene) -> [String] {
        scene.server.faults.fired.filter { $0.path.contains("/manifests/") }
            .compactMap { $0.path.split(separator: "/").last.map(String.init) }
    }

    @Test(
        "on Gitea no tag is asked for again whose row is the same, and one that was written again is"
    )
    func rows() async throws {
        try await PruneScene.with(.gitea) { scene in
            try scene.configure("tags: [latest]")
            let content = content()
            try await scene.put(content)
            let first = try await scene.plan()
            #expect(first.tags == ["old-0", "old-1", "old-2", "old-3", "old-4"])
            scene.server.faults.add(
                RegistryFault(on: "HEAD", times: RegistryFault.always, .delay(.zero)))
            let second = try await scene.plan()
            #expect(heads(scene) == [])
            #expect(second.digests == first.digests)
            // An old image under a tag that had another one.
            let moved = try #require(content.repository.tags["old-1"])
            try await scene.tag(content, moved, "old-0")
            let third = try await scene.plan()
            #expect(heads(scene) == ["old-0"])
            #expect(third.tags == ["old-2", "old-3", "old-4"])
        }
    }

    @Test("who deletes asks for every tag, whatever is remembered")
    func apply() async throws {
        try await PruneScene.with(.gitea) { scene in
            try scene.configure("tags: [latest]")
            let content = content()
            try await scene.put(content)
            try await scene.plan()
            scene.server.faults.add(
                RegistryFault(on: "HEAD", times: RegistryFault.always, .delay(.zero)))
            #expect(try await scene.prune("apply", "plan.json").status == 0)
            #expect(Set(heads(scene)).isSuperset(of: content.repository.tags.keys))
        }
    }

    @Test(
        "elsewhere an old image that was tagged since the last look is young, one of the first look is not"
    )
    func firstSeen() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            let content = content()
            try await scene.put(content)
            try await scene.plan()
            let moved = try #require(content.repository.tags["old-1"])
            try await scene.tag(content, moved, "again")
            for _ in 1...2 {
                let plan = try await scene.plan()
                #expect(plan.tags == ["old-0", "old-2", "old-3", "old-4"])
            }
            let why = try await scene.prune("explain", "again", "--plan", "plan.json")
            #expect(why.stdout.contains("within the grace"), "\(why.stdout)")
            // Nobody else knows: without what is remembered it is as old as it was built.
            let elsewhere = try await scene.plan("--cache", "another")
            #expect(elsewhere.tags.contains("again"))
        }
    }

    @Test("what is remembered and damaged is not believed")
    func damaged() async throws {
        try await PruneScene.with(.gitea) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            let first = try await scene.plan("--cache", "cache")
            let folder = scene.program.home.file("cache/tags")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files.count == 1)
            try Data("{".utf8).write(to: URL(filePath: "\(folder)/\(files[0])"))
            let second = try await scene.plan("--cache", "cache")
            #expect(second.digests == first.digests)
        }
    }
}
