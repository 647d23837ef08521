import Foundation
import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

/// `publisher prune` from plan to undo.
@Suite(.serialized) struct PruneTests {
    /// 40 commits, 3 versions, `latest`; an index with two children; a signature.
    private func content() -> DatedContent {
        var content = DatedContent()
        for number in 0..<40 {
            content.image("c\(number)", hours: 100 + number, tags: "sha-\(number)")
        }
        for patch in 1...3 { content.image("v\(patch)", hours: 2000, tags: "2026.5.\(patch)") }
        let amd = content.image("amd", hours: 900)
        let arm = content.image("arm", hours: 900)
        content.index([amd, arm], hours: 900, tags: "latest")
        let old = content.image("old-amd", hours: 1900)
        content.index([old, amd], hours: 1900, tags: "old")
        return content
    }

    @Test(
        "scenario 21: a plan changes nothing, apply does what it says, undo takes it back",
        arguments: [Dialect.oci, .gitea])
    func scenario21(dialect: Dialect) async throws {
        try await PruneScene.with(dialect) { scene in
            try scene.configure(
                "tags: [latest]", "tags: [\"sha-*\"], newest: 10",
                "versions: {minors: 1, patches: 3}")
            let content = content()
            try await scene.put(content)
            let recorded = try #require(content.repository.tags["sha-35"])
            try scene.program.home.write(
                "roots.json", #"[{"kind":"run","digest":"\#(recorded)","usedBy":"run 7"}]"#)
            let before = try await scene.tags()
            #expect(before.count == 45)

            let plan = try await scene.plan("--roots", "roots.json")
            #expect(try await scene.tags() == before)
            let wanted = Set((10..<40).filter { $0 != 35 }.map { "sha-\($0)" } + ["old"])
            #expect(plan.tags == wanted)
            #expect(plan.digests.count == wanted.count + 1)

            let applied = try await scene.prune("apply", "plan.json", "--roots", "roots.json")
            #expect(applied.status == 0, "\(applied.stderr)")
            #expect(applied.stdout.contains("\(wanted.count + 1) deleted"))
            let after = try await scene.tags()
            #expect(after == before.filter { !wanted.contains($0.key) })
            let kept = Set(after.values)
            #expect(try await scene.whole(kept, of: content) == kept)
            #expect(try await scene.whole(plan.digests, of: content) == [])

            let undone = try await scene.prune("undo", "plan.json.journal")
            #expect(undone.status == 0, "\(undone.stderr)")
            #expect(try await scene.tags() == before)
            let all = Set(before.values).union(plan.digests)
            #expect(try await scene.whole(all, of: content) == all)
        }
    }

    @Test(
        "scenario 23: a registry that does not delete is told so, and nothing is said to be deleted",
        arguments: [Dialect.oci, .gitea])
    func scenario23(dialect: Dialect) async throws {
        try await PruneScene.with(dialect) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            let before = try await scene.tags()
            try await scene.plan()
            scene.server.faults.add(
                RegistryFault(
                    on: "DELETE", times: RegistryFault.always, .status(.methodNotAllowed)))
            let result = try await scene.prune("apply", "plan.json")
            #expect(result.status == 76, "\(result.stderr)")
            expectError(result, says: ["unsupported"])
            #expect(result.stdout.contains(" 0 deleted") && result.stdout.contains("unsupported"))
            #expect(try await scene.tags() == before)
        }
    }

    @Test("a registry that accepts a deletion and does not delete is told so")
    func acceptsOnly() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            var content = DatedContent()
            content.image("kept", hours: 50, tags: "latest")
            let child = content.image("child", hours: 900)
            content.index([child], hours: 900, tags: "old")
            try await scene.put(content)
            try await scene.plan()
            scene.server.faults.add(
                RegistryFault(on: "DELETE", times: RegistryFault.always, .status(.accepted)))
            let result = try await scene.prune("apply", "plan.json")
            #expect(result.status == 76, "\(result.stderr)")
            expectError(result, says: ["still there although its deletion was accepted"])
            #expect(result.stdout.contains(" 0 deleted"), "\(result.stdout)")
        }
    }

    @Test("a plan that has run out is not carried out, and another one is")
    func expiry() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            let before = try await scene.tags()
            try await scene.plan("--valid-for", "1m")
            // As it would be a minute later.
            let plan = String(decoding: try scene.program.home.read("plan.json"), as: UTF8.self)
            let past = plan.replacing(
                #/"expires":"[^"]*"/#, with: #""expires":"2026-01-01T00:00:00Z""#)
            try scene.program.home.write("late.json", past)
            let late = try await scene.prune("apply", "late.json")
            #expect(late.status == 11, "\(late.stderr)")
            expectError(late, says: ["the plan expired at 2026-01-01T00:00:00Z", "prune plan"])
            #expect(try await scene.tags() == before)
            #expect(
                !FileManager.default.fileExists(
                    atPath: scene.program.home.file("late.json.journal")))
            let done = try await scene.prune("apply", "plan.json")
            #expect(done.status == 0, "\(done.stderr)")
            #expect(try await scene.tags().count == 1)
        }
    }

    @Test(
        "what changes after the plan stays: a moved tag, a new tag, a new index",
        arguments: [Dialect.oci, .gitea])
    func changes(dialect: Dialect) async throws {
        try await PruneScene.with(dialect) { scene in
            try scene.configure("tags: [latest, next]")
            var content = DatedContent()
            let kept = content.image("kept", hours: 50, tags: "latest")
            let first = content.image("first", hours: 900, tags: "first")
            let second = content.image("second", hours: 900, tags: "second")
            let third = content.image("third", hours: 900)
            content.index([third], hours: 901, tags: "third")
            content.image("fourth", hours: 900, tags: "fourth")
            try await scene.put(content)
            let plan = try await scene.plan()
            #expect(plan.digests.count == 5)
            try await scene.tag(content, first.digest, "next")
            try await scene.tag(content, kept.digest, "second")
            // While it deletes, somebody begins to need a child of what goes.
            let index = content.index([third, kept], hours: 0)
            scene.server.faults.add(RegistryFault(on: "DELETE", .delay(.seconds(2))))
            async let applying = scene.prune("apply", "plan.json")
            while scene.server.faults.fired.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            try await scene.tag(content, index.digest, "new")
            let result = try await applying
            #expect([0, 11].contains(result.status), "\(result.stderr)")
            let tags = try await scene.tags()
            #expect(tags["next"] == first.digest)
            #expect(tags["second"] == kept.digest)
            #expect(tags["new"] == index.digest)
            #expect(tags["fourth"] == nil && tags["third"] == nil)
            let needed: Set = [first.digest, kept.digest, index.digest, third.digest]
            #expect(try await scene.whole(needed, of: content) == needed)
            // Its only tag went elsewhere: Gitea drops it then, unless it is held by its digest too.
            #expect(try await scene.whole([second.digest], of: content) == [second.digest])
        }
    }

    @Test("two prunes of one plan at once delete it once", arguments: [Dialect.oci, .gitea])
    func twoPruners(dialect: Dialect) async throws {
        try await PruneScene.with(dialect) { scene in
            try scene.configure("tags: [latest]")
            let content = content()
            try await scene.put(content)
            let plan = try await scene.plan()
            async let one = scene.prune("apply", "plan.json", "--journal", "one")
            async let two = scene.prune("apply", "plan.json", "--journal", "two")
            for result in try await [one, two] { #expect(result.status == 0, "\(result.stderr)") }
            let tags = try await scene.tags()
            #expect(Set(tags.keys) == ["latest"])
            #expect(try await scene.whole(Set(tags.values), of: content) == Set(tags.values))
            #expect(try await scene.whole(plan.digests, of: content) == [])
        }
    }

    @Test("limits want the plan's hash, other rules another plan")
    func gates() async throws {
        try await PruneScene.with(.oci) { scene in
            let limits = "  limits: {count: 5}\n"
            try scene.configure("tags: [latest]", more: limits)
            try await scene.put(content())
            let before = try await scene.tags()
            let plan = try await scene.plan()
            #expect(plan.exceeded.count == 1)
            for arguments in [[], ["--confirm", "sha256:0"]] {
                let refused = try await ChildProcess.run(
                    scene.call(["apply", "plan.json"] + arguments))
                #expect(refused.status == 10, "\(refused.stderr)")
                #expect(refused.stderr.contains(plan.hash))
            }
            try scene.configure("tags: [latest, old]", more: limits)
            let stale = try await scene.prune("apply", "plan.json", "--confirm", plan.hash)
            #expect(stale.status == 11, "\(stale.stderr)")
            #expect(try await scene.tags() == before)
            try scene.configure("tags: [latest]", more: limits)
            let done = try await scene.prune("apply", "plan.json", "--confirm", plan.hash)
            #expect(done.status == 0, "\(done.stderr)")
            #expect(try await scene.tags().count == 1)
        }
    }

    @Test("explain shows the way from a root")
    func explain() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            let content = content()
            try await scene.put(content)
            try await scene.plan()
            let children = try #require(
                content.repository.layout.manifests.first {
                    $0.digest == content.repository.tags["sha-1"]
                })
            let gone = try await scene.prune("explain", children.digest, "--plan", "plan.json")
            #expect(gone.status == 0 && gone.stdout.contains("goes: no rule keeps its tag"))
            let latest = try await scene.prune("explain", "\(scene.repository):latest")
            #expect(
                latest.stdout.contains("stays: tag latest: rule 1 (tags latest)"),
                "\(latest.stderr)")
            let none = try await scene.prune("explain", "nothing", "--plan", "plan.json")
            #expect(none.status == 66)
        }
    }

    @Test("names of publisher.yaml are understood, and mistakes in the call are told as such")
    func names() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            let planned = try await scene.prune("plan", "here/team/app")
            #expect(planned.status == 0, "\(planned.stderr)")
            #expect(planned.stdout.contains("45 tags"), "\(planned.stdout)")
            let explained = try await scene.prune("explain", "here/team/app:latest")
            #expect(explained.stdout.contains("stays: tag latest"), "\(explained.stderr)")
            let machine = try await scene.prune("explain", "here/team/app:latest", "--json")
            let found = try JSONSerialization.jsonObject(with: Data(machine.output))
            let kept = (found as? [[String: Any]])?.first?["kept"] as? [String: Any]
            #expect(kept?["tags"] as? [String] == ["latest"], "\(machine.stdout)")
            let span = try await scene.prune("plan", "--valid-for", "3")
            #expect(span.status == 64 && span.stderr.contains("--valid-for is a span"))
            let text = String(
                decoding: try scene.program.home.read("publisher.yaml"), as: UTF8.self)
            try scene.program.home.write(
                "publisher.yaml",
                text.replacing("[latest]", with: "[nothing]"))
            let stopped = try await scene.prune("explain", "here/team/app:latest")
            #expect(stopped.stdout.contains("stays, as all of it does"), "\(stopped.stderr)")
            try scene.program.home.write(
                "publisher.yaml",
                text.replacing("  grace: 24h\n", with: "  grace: 24h\n  roots: {ledger: 90d}\n"))
            let rootless = try await scene.prune("plan")
            #expect(rootless.status == 78, "\(rootless.stdout)")
            expectError(rootless, says: ["no ledger is named"])
        }
    }

    @Test("a Gitea that asks for no token is known by its API, whatever the configuration says")
    func unnamed() async throws {
        try await PruneScene.with(.gitea) { scene in
            try scene.configure("tags: [latest]")
            let text = String(
                decoding: try scene.program.home.read("publisher.yaml"), as: UTF8.self)
            try scene.program.home.write(
                "publisher.yaml", text.replacing(", dialect: gitea", with: ""))
            // As old as they say, but Gitea's rows are of now.
            try await RegistryContent(repositories: ["team/app": content().repository])
                .put(into: scene.host)
            let planned = try await scene.plan()
            #expect(planned.digests.isEmpty)
        }
    }
}
