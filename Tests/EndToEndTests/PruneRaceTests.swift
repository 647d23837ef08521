import Foundation
import LocalRegistry
import TestSupport
import Testing

/// `publisher prune apply` while others write.
@Suite(.serialized) struct PruneRaceTests {
    /// What is kept, what goes, and an index that somebody pushes while that goes: it names a child of what goes.
    private struct Content {
        var there = DatedContent()
        var pushed = DatedContent()
        let kept: FixtureDescriptor
        let child: FixtureDescriptor
        let old: FixtureDescriptor
        let index: FixtureDescriptor

        init() {
            kept = there.image("kept", hours: 50, tags: "latest", "next")
            child = there.image("child", hours: 900)
            there.index([child], hours: 901, tags: "parent")
            old = there.image("old", hours: 900, tags: "old")
            _ = pushed.image("child", hours: 900)
            let new = pushed.image("new", hours: 0)
            index = pushed.index([child, new], hours: 0, tags: "new")
            pushed.list(index)
        }
    }

    private let rules = """
        channels: {dev: {on: refs/heads/main}}
        images:
          app: {repository: here/team/app, tags: {dev: {immutable: ["sha-{sha7}"], rolling: [dev]}}}

        """

    @Test(
        "a push, a tag's move and a second prune at any request of an apply: what is tagged is whole",
        arguments: [Dialect.oci, .gitea])
    func apply(dialect: Dialect) async throws {
        let content = Content()
        var isOver = false
        var request = 0
        while !isOver {
            try await PruneScene.with(dialect) { scene in
                try scene.configure("tags: [latest, next]")
                try await scene.put(content.there)
                let plan = try await scene.plan()
                #expect(plan.digests.count == 3)
                let layout = scene.program.home.file("layout")
                try content.pushed.repository.layout.write(to: layout)
                let push = scene.program.call(["push", "oci:\(layout)", "\(scene.repository):new"])
                let held = try await scene.hold(
                    at: request, for: .milliseconds(300), ["prune", "apply", "plan.json"]
                ) {
                    async let pushing = ChildProcess.run(push)
                    async let second = scene.prune("apply", "plan.json", "--journal", "second")
                    try await scene.tag(content.there, content.old.digest, "next")
                    return try await [pushing, second]
                }
                guard let (first, others) = held else {
                    isOver = true
                    return
                }
                let place = "request \(request)"
                #expect(others[0].status == 0, "\(place), push: \(others[0].stderr)")
                for result in [first, others[1]] {
                    #expect([0, 11].contains(result.status), "\(place): \(result.stderr)")
                }
                let tags = try await scene.tags()
                #expect(Set(tags.keys).isSuperset(of: ["latest", "next", "new"]), "\(place)")
                #expect(
                    tags["latest"] == content.kept.digest && tags["new"] == content.index.digest)
                // Where it was taken with what it was moved to, it is put back to what it was.
                let next = [content.old.digest, content.kept.digest].map(Optional.some)
                #expect(next.contains(tags["next"]), "\(place)")
                if tags["next"] == content.kept.digest {
                    #expect(
                        [first, others[1]].contains { $0.stdout.contains("restored") }, "\(place)")
                }
                #expect(tags["parent"] == nil, "\(place)")
                #expect(tags["old"] == nil || tags["next"] == content.old.digest, "\(place)")
                var needed = Set(tags.values)
                let other = try await scene.whole(
                    needed.subtracting([content.index.digest]), of: content.there)
                needed.subtract(other)
                let own = try await scene.whole([content.index.digest], of: content.pushed)
                needed.subtract(own)
                // On Gitea the blobs of what one prune puts back go with it when the other's call, which was
                // under way, deletes it again. Then it is told, and the same push mends it.
                if dialect == .gitea, needed == [content.index.digest] {
                    let told = [first, others[1]].first { $0.stdout.contains("broken") }
                    #expect(told?.status == 11, "\(place): \(first.stdout)\(others[1].stdout)")
                    expectError(told ?? first, says: ["has its blobs no longer", "push again"])
                    try await ChildProcess.run(push).checked()
                    needed.subtract(try await scene.whole(needed, of: content.pushed))
                }
                #expect(needed == [], "\(place): \(first.stdout)\(others[1].stdout)")
            }
            request += 1
        }
        #expect(request > 20)
    }

    @Test(
        "an apply at any request of a publish: what is published is whole",
        arguments: [Dialect.oci, .gitea])
    func publish(dialect: Dialect) async throws {
        let publish = [
            "publish", "app", "--from", "oci:layout", "--ref", "refs/heads/main", "--revision",
            String(repeating: "a", count: 40),
        ]
        try await writing(dialect, publish, tags: ["dev", "sha-aaaaaaa"])
    }

    @Test(
        "an apply at any request of a push: what is pushed is whole",
        arguments: [Dialect.oci, .gitea])
    func push(dialect: Dialect) async throws {
        try await writing(dialect, ["push", "oci:layout"], tags: ["new"])
    }

    private func writing(_ dialect: Dialect, _ call: [String], tags: Set<String>) async throws {
        let content = Content()
        var isOver = false
        var request = 0
        while !isOver {
            try await PruneScene.with(dialect) { scene in
                try scene.configure("tags: [latest]", more: rules)
                try await scene.put(content.there)
                try await scene.plan()
                try content.pushed.repository.layout.write(to: scene.program.home.file("layout"))
                let destination = call[0] == "push" ? ["\(scene.repository):new"] : []
                let held = try await scene.hold(
                    at: request, for: .milliseconds(1200), call + destination
                ) { try await scene.prune("apply", "plan.json") }
                guard let (written, applied) = held else {
                    isOver = true
                    return
                }
                let place = "request \(request)"
                #expect(written.status == 0, "\(place): \(written.stderr)")
                #expect([0, 11].contains(applied.status), "\(place): \(applied.stderr)")
                let now = try await scene.tags()
                for tag in tags { #expect(now[tag] == content.index.digest, "\(place)") }
                let whole = try await scene.whole([content.index.digest], of: content.pushed)
                #expect(whole == [content.index.digest], "\(place)")
            }
            request += 1
        }
        #expect(request > 10)
    }

    /// An image that two kept tags name, and an old one: the content and both digests.
    private func pair() -> (content: DatedContent, kept: String, old: String) {
        var content = DatedContent()
        let kept = content.image("kept", hours: 50, tags: "latest", "next").digest
        let old = content.image("old", hours: 900, tags: "old").digest
        return (content, kept, old)
    }

    @Test(
        "a kept tag that goes with what it was moved to is put back, whatever came of that digest")
    func moved() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest, next]")
            let (content, kept, old) = pair()
            try await scene.put(content)
            let plan = try await scene.plan()
            #expect(plan.digests == [old])
            func hold(_ method: String) throws {
                let request = try RequestPattern("\(method) /**/\(old)")
                scene.server.faults.add(RegistryFault(on: request, .delay(.seconds(1))))
            }
            try hold("DELETE")
            async let applying = scene.prune("apply", "plan.json")
            try await scene.faults(fired: 1)
            // The call that is under way takes the tag along; then the digest alone is pushed again, so
            // that it is there when it is looked for.
            try await scene.tag(content, old, "next")
            try hold("HEAD")
            try await scene.faults(fired: 2)
            try await scene.tag(content, old, old)
            let applied = try await applying
            #expect(applied.stdout.contains("restored"), "\(applied.stdout)\(applied.stderr)")
            let tags = try await scene.tags()
            #expect(tags["next"] == kept && tags["latest"] == kept)
        }
    }

    @Test(
        "a kept tag that was lost by a prune which was killed is put back by the next run, only then"
    )
    func killed() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest, next]")
            let (content, kept, old) = pair()
            try await scene.put(content)
            try await scene.plan()
            let call = try RequestPattern("DELETE /**/\(old)")
            scene.server.faults.add(RegistryFault(on: call, .delay(.seconds(1))))
            let child = try ChildProcess(scene.call(["apply", "plan.json"]))
            try await scene.faults(fired: 1)
            try await scene.tag(content, old, "next")
            child.signal(SIGKILL)
            _ = try await child.wait(timeout: 60)
            while try await scene.whole([old], of: content) == [old] {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await scene.tags() == ["latest": kept])
            let again = try await scene.prune("apply", "plan.json")
            #expect(again.stdout.contains("restored"), "\(again.stdout)\(again.stderr)")
            #expect(try await scene.tags() == ["latest": kept, "next": kept])
            // From now on who deletes it means it.
            try await scene.delete("next")
            let third = try await scene.prune("apply", "plan.json")
            #expect(third.status == 0, "\(third.stderr)")
            #expect(try await scene.tags() == ["latest": kept])
        }
    }

    @Test("what an index comes to name while it goes is put back, and the rest is taken back")
    func survivors() async throws {
        for dialect in [Dialect.oci, .gitea] {
            try await PruneScene.with(dialect) { scene in
                try scene.configure("tags: [latest, next]")
                let content = Content()
                try await scene.put(content.there)
                let before = try await scene.tags()
                try await scene.plan()
                // Its parent is gone, and the very call that deletes it is under way.
                let call = "DELETE /**/\(content.child.digest)"
                scene.server.faults.add(
                    RegistryFault(on: try RequestPattern(call), .delay(.seconds(2))))
                async let applying = scene.prune("apply", "plan.json")
                try await scene.faults(fired: 1)
                var pushed = content.there
                let index = pushed.index([content.child, content.kept], hours: 0).digest
                try await scene.tag(pushed, index, "new")
                let applied = try await applying
                #expect(applied.status == 11, "\(dialect): \(applied.stdout)\(applied.stderr)")
                #expect(applied.stdout.contains("restored \(content.child.digest): something new"))
                let tags = try await scene.tags()
                #expect(tags["new"] == index)
                let whole = try await scene.whole([content.child.digest], of: content.there)
                #expect(whole == [content.child.digest], "\(dialect)")
                let undone = try await scene.prune("undo", "plan.json.journal")
                #expect(undone.status == 0, "\(dialect): \(undone.stderr)")
                let after = try await scene.tags()
                #expect(after.filter { $0.key != "new" } == before, "\(dialect)")
            }
        }
    }

    @Test(
        "what was pushed again while it is deleted takes its blobs along on Gitea, and that is told"
    )
    func broken() async throws {
        try await PruneScene.with(.gitea) { scene in
            try scene.configure("tags: [latest, next]")
            let content = Content()
            try await scene.put(content.there)
            try await scene.plan()
            let child = content.child.digest
            let call = try RequestPattern("DELETE /**/\(child)")
            scene.server.faults.add(RegistryFault(on: call, .delay(.seconds(2))))
            async let applying = scene.prune("apply", "plan.json")
            try await scene.faults(fired: 1)
            var pushed = content.there
            let index = pushed.index([content.child, content.kept], hours: 0).digest
            try await scene.tag(pushed, child, child)
            try await scene.tag(pushed, index, "new")
            let applied = try await applying
            #expect(applied.status == 11, "\(applied.stdout)\(applied.stderr)")
            #expect(applied.stdout.contains("broken \(child): cannot be put back"))
            expectError(applied, says: ["has its blobs no longer", "push again"])
        }
    }
}
