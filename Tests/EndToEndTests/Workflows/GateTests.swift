import Foundation
import TestSupport
import Testing

extension PipelineTests {
    /// What keeps `ci.yaml` from publishing.
    @Suite struct GateTests {
        @Test(
            "a pull request is tested as main is, publishes nothing and sees no secret",
            .needs(.engine)
        )
        func pullRequest() async throws {
            let scene = try await PipelineScene()
            let before = try await scene.tags()
            let commit = try await scene.commit("Propose", branch: "topic")
            let run = try await scene.runner.run(
                try scene.workflow("ci"),
                on: .init(name: "pull_request", ref: "refs/pull/7/head", commit: commit))
            #expect(run.isGreen, "\(run.failures)")
            #expect(run.jobs["publish-dev"]?.result == .skipped)
            #expect(run.jobs.filter { $0.value.result == .success }.count == 4)
            expectNoSecrets(run, scene.runner, inEnvironments: true)
            #expect(try await scene.tags() == before)
            #expect(try await scene.tags("\(PipelineScene.project)/runs").isEmpty)
            let left = try await scene.engine.docker(
                "images", "--quiet", "matric-memory:ci-\(run.id)")
            #expect(left.isEmpty)
            try await scene.end()
            try await scene.registry.stop()
        }

        @Test("a red gate ends the run before anything is published", .needs(.engine))
        func redGate() async throws {
            let scene = try await PipelineScene()
            try scene.checkout.write(
                "build/sample/crates/matric-api/src/main.rs", "fn  main( ) {}\n")
            let commit = try await scene.commit("Break the format")
            let run = try await scene.runner.run(
                try scene.workflow("ci"),
                on: .init(name: "push", ref: "refs/heads/main", commit: commit))
            #expect(run.jobs["lint"]?.step("Format")?.outcome == .failure)
            #expect(run.jobs["lint"]?.step("Clippy")?.outcome == .skipped)
            #expect(run.jobs["lint"]?.step("Keep the evidence")?.outcome == .success)
            for name in ["test", "integration-test", "build", "publish-dev"] {
                #expect(run.jobs[name]?.result == .skipped, "\(name)")
            }
            #expect(try await scene.tags().isEmpty)
            try await scene.end()
            try await scene.registry.stop()
        }

        @Test(
            "a builder that is not the pinned one fails before it does anything, and is recorded",
            .needs(.engine))
        func otherBuilder() async throws {
            let scene = try await PipelineScene()
            let commit = try await scene.git("rev-parse", "HEAD")
            let event = WorkflowEvent(name: "push", ref: "refs/heads/main", commit: commit)
            var runner = scene.runner
            // What a runner does that does not pull: it goes on with what it has.
            runner.images["matric-builder"] = try await scene.engine.build(
                "stale",
                "FROM \(try await BuilderImages.shared.builder)\nLABEL org.example.stale=yes\n"
            )
            let run = try await runner.run(try scene.workflow("ci"), on: event)
            let start = try #require(
                run.jobs["lint"]?.step("Record which builder this job runs in"))
            #expect(start.outcome == .failure)
            #expect(
                start.log.contains("it is not known which image the job runs in")
                    && start.log.contains("expected \(scene.builders.builder)"), "\(start.log)")
            #expect(run.jobs["lint"]?.step("Format")?.outcome == .skipped)
            #expect(run.jobs["publish-dev"]?.result == .skipped)
            #expect(try run.artifacts.read("lint/run.json").isEmpty == false)

            // Nor does a pin that is missing pass for one.
            runner.variables["BUILDER"] = nil
            let unpinned = try await runner.run(try scene.workflow("ci"), on: event)
            let log =
                unpinned.jobs["lint"]?.step("Record which builder this job runs in")?.log ?? ""
            #expect(log.contains("no builder is pinned"), "\(log)")
            try await scene.end()
            try await scene.registry.stop()
        }
    }
}
