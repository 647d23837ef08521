import Foundation
import TestSupport
import Testing

extension PipelineTests {
    /// `prune.yaml`: a plan, its approval, and what becomes of it.
    @Suite struct PruneWorkflowTests {
        /// Old builders, and rules by which all but one of them may go.
        private func fill(_ scene: PipelineScene) async throws {
            for number in 1...3 {
                let layout = scene.program.home.file("old-\(number)")
                try OCILayout.image(.small(seed: UInt64(number)), tag: "v").write(to: layout)
                let place =
                    "\(scene.registry.host)/\(PipelineBuilders.repository):sha-000000\(number)"
                try await scene.program.run("push", "oci:\(layout):v", place).checked()
            }
            let text = try scene.checkout.text("publisher.yaml")
                .replacing("grace: 24h", with: "grace: 1m")
                .replacing("newest: 10", with: "newest: 1")
                .replacing("        - {tags: [\"*\"], younger-than: 14d}\n", with: "")
            try #require(!text.contains("younger-than") && text.contains("grace: 1m"))
            try scene.checkout.write("publisher.yaml", text)
            try scene.program.home.write("publisher.yaml", text)
            // Which one is the newest is plain: what came at the same moment stays or goes together.
            var hours: [String: Int] = [:]
            for (tag, digest) in try await scene.tags(PipelineBuilders.repository) {
                hours[digest] = tag.last?.wholeNumberValue.map { 10 - $0 } ?? 2
            }
            try GiteaRows.age(scene.registry.root) { hours[$0] }
        }

        @Test(
            "deletes by the very plan that was approved, and by no other; the journal brings it back",
            .needs(.engine))
        func whole() async throws {
            let scene = try await PipelineScene()
            try await fill(scene)
            let workflow = try scene.workflow("prune")
            let commit = try await scene.commit("Keep less")
            let before = try await scene.tags(PipelineBuilders.repository)
            #expect(before.count == 5)

            let planned = try await scene.runner.run(
                workflow, on: .init(name: "schedule", ref: "refs/heads/main", commit: commit))
            try expectGreen(planned)
            #expect(planned.jobs["apply"]?.result == .skipped)
            expectNoSecrets(planned, scene.runner, inEnvironments: false)
            #expect(try await scene.tags(PipelineBuilders.repository) == before)
            let plan = try PlanDocument(Data(try planned.artifacts.read("plan/plan.json")))
            let text = try planned.artifacts.text("plan/plan.txt")
            try #require(
                plan.tags.count == 2 && plan.tags.allSatisfy { $0.hasPrefix("sha-000000") },
                "\(text)")
            #expect(try planned.artifacts.text("plan/plan.html").contains("sha-000000"))
            let id = "\(planned.id)-1"
            let summary = planned.jobs["plan"]?.summary ?? ""
            #expect(summary.contains("run \(id) and plan \(plan.hash)"), "\(summary)")

            func apply(run: String, plan: String) async throws -> WorkflowResult {
                try await scene.runner.run(
                    workflow,
                    on: .init(
                        name: "workflow_dispatch", ref: "refs/heads/main", commit: commit,
                        inputs: ["run": run, "plan": plan]))
            }
            // Another hash, another plan under that hash, another run: nothing is deleted.
            let kept = scene.forge.packages
            let name = try #require(kept.keys.first { $0.contains(id) })
            let wrong = try await apply(
                run: id, plan: "sha256:\(String(repeating: "0", count: 64))")
            var tampered = kept
            tampered[name]?.append(UInt8(ascii: " "))
            scene.forge.packages = tampered
            let changed = try await apply(run: id, plan: plan.hash)
            let other = try await apply(run: "1-1", plan: plan.hash)
            for refused in [wrong, changed, other] {
                #expect(refused.jobs["apply"]?.step("Take the approved plan")?.outcome == .failure)
                #expect(refused.jobs["apply"]?.step("Apply")?.outcome == .skipped)
                #expect(refused.jobs["plan"]?.result == .skipped)
            }
            let log = changed.jobs["apply"]?.step("Take the approved plan")?.log ?? ""
            #expect(log.contains("not the approved \(plan.hash): nothing is deleted"), "\(log)")
            #expect(try await scene.tags(PipelineBuilders.repository) == before)

            scene.forge.packages = kept
            let applied = try await apply(run: id, plan: plan.hash)
            try expectGreen(applied)
            #expect(
                try await scene.tags(PipelineBuilders.repository)
                    == before.filter { !plan.tags.contains($0.key) })
            // Another start goes on with the journal: what the first deleted can be brought back by it.
            let again = try await apply(run: id, plan: plan.hash)
            try expectGreen(again)
            let first = try applied.artifacts.text("apply/plan.json.journal")
            let second = try again.artifacts.text("apply/plan.json.journal")
            #expect(second.hasPrefix(first) && !first.isEmpty)
            #expect(scene.forge.packages.keys.contains { $0.hasSuffix("/plan.json.journal.1") })
            try scene.checkout.write(
                "plan.json.journal", try again.artifacts.read("apply/plan.json.journal"))
            try await Guide(GuideTests.path).run(GuideTests.afterPrune, in: scene)
            #expect(try await scene.tags(PipelineBuilders.repository) == before)
            try await scene.end()
            try await scene.registry.stop()
        }
    }
}
