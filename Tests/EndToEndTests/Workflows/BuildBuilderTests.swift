import Foundation
import TestSupport
import Testing

extension PipelineTests {
    /// `build-builder.yaml`, run in the builder of before.
    @Suite struct BuildBuilderTests {
        @Test(
            "builds, tests and publishes both builders, and starts CI in exactly those",
            .needs(.engine)
        )
        func whole() async throws {
            let scene = try await PipelineScene()
            let workflow = try scene.workflow("build-builder")
            let commit = try await scene.git("rev-parse", "HEAD")
            let event = WorkflowEvent(name: "push", ref: "refs/heads/main", commit: commit)
            var run = try await scene.runner.run(workflow, on: event)
            try expectGreen(run)
            expectNoSecrets(run, scene.runner, inEnvironments: false)

            let tags = try await scene.tags(PipelineBuilders.repository)
            #expect(
                Set(tags.keys) == [
                    "latest", "gpu", "sha-\(commit.prefix(7))", "gpu-sha-\(commit.prefix(7))",
                ])
            #expect(
                tags["latest"] != scene.builders.builder && tags["gpu"] != scene.builders.builderGPU
            )
            // What it ran in was the builder of before, and that is what the ledger says.
            let uses = try await scene.ledger("uses", scene.builders.builder)
            #expect(
                uses.stdout.contains(tags["latest"] ?? "-")
                    && uses.stdout.contains(tags["gpu"] ?? "-"))

            struct Body: Decodable, Equatable { var ref: String; var inputs: [String: String] }
            let started = try #require(scene.forge.dispatches.first)
            #expect(scene.forge.dispatches.count == 1 && started.workflow == "ci.yaml")
            let body = try JSONDecoder().decode(Body.self, from: Data(started.body.utf8))
            let place = "\(scene.registry.host)/\(PipelineBuilders.repository)"
            let inputs = [
                "builder": "\(place)@\(tags["latest"] ?? "")",
                "builder_gpu": "\(place)@\(tags["gpu"] ?? "")",
            ]
            #expect(body == Body(ref: "refs/heads/main", inputs: inputs))
            #expect(try scene.workflow("ci").inputs == Set(inputs.keys))

            // CI that is started so runs in the new builder.
            let ci = try scene.workflow("ci").only(["lint"])
            let lint = try await scene.runner.run(
                ci,
                on: .init(
                    name: "workflow_dispatch", ref: body.ref, commit: commit, inputs: body.inputs)
            )
            #expect(lint.isGreen, "\(lint.failures)")
            #expect(
                try await scene.ledger("uses", tags["latest"] ?? "").stdout.contains("\(lint.id)"))

            // A start that the forge refuses is a failing step, and can be repeated without another build.
            scene.forge.refuseDispatches()
            try await scene.runner.rerun("start-ci", of: workflow, event, in: &run)
            let start = try #require(run.jobs["start-ci"]?.step("Start CI in the new builder"))
            #expect(start.outcome == .failure && start.log.contains("answers 500"), "\(start.log)")
            #expect(try await scene.tags(PipelineBuilders.repository) == tags)
            try await scene.end()
            try await scene.registry.stop()
        }
    }
}
