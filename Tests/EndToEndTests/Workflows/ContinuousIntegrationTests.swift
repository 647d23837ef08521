import Foundation
import TestSupport
import Testing

extension PipelineTests {
    /// `ci.yaml`, run from its first step to its last.
    @Suite struct ContinuousIntegrationTests {
        @Test(
            "a push to main is tested, published and recorded; a repeated publish writes nothing; one that fails keeps the image",
            .needs(.engine))
        func pushToMain() async throws {
            let scene = try await PipelineScene()
            let workflow = try scene.workflow("ci")
            let commit = try await scene.git("rev-parse", "HEAD")
            let event = WorkflowEvent(name: "push", ref: "refs/heads/main", commit: commit)
            var run = try await scene.runner.run(workflow, on: event)
            try expectGreen(run)
            #expect(run.jobs.values.allSatisfy { $0.result == .success })
            expectNoSecrets(run, scene.runner, inEnvironments: false)

            // What was published is what was tested, under the tags of the channel and no others.
            let tags = try await scene.tags()
            #expect(Set(tags.keys) == ["dev", "main", "sha-\(commit.prefix(7))"], "\(tags)")
            let digest = try #require(tags["dev"])
            #expect(Set(tags.values) == [digest])
            let manifest = try ManifestView(try await Skopeo.raw(scene, "\(scene.repository):dev"))
            #expect(manifest.config?.digest == run.jobs["build"]?.outputs["image"])

            // The evidence is there, and leads from the published image to the run and its builder.
            for job in workflow.jobs.map(\.name) {
                #expect(
                    try scene.statement(run.artifacts.read("\(job)/run.json")).contains(
                        "\"\(run.id)\""), "\(job)")
            }
            #expect(try run.artifacts.text("publish-dev/receipt.json").contains(digest))
            let uses = try await scene.ledger("uses", scene.builders.builder)
            #expect(
                uses.stdout.contains("\(scene.repository)@\(digest)"),
                "\(uses.stdout)\(uses.stderr)")
            #expect(try await scene.ledger("verify", "--minimum-grade", "B").status == 0)
            let shown = try await scene.ledger("show", "\(run.id)")
            #expect(shown.stdout.contains(scene.builders.builder) && shown.stdout.contains(commit))

            try await repeated(scene, workflow, event, &run)
            let good = ["GOOD_TAG": "sha-\(commit.prefix(7))", "GOOD_DIGEST": digest]
            for section in GuideTests.afterPipeline {
                try await Guide(GuideTests.path).run(section, in: scene, good)
            }
            try await ignoredCondition(scene, workflow, event, run)
            #expect(try await scene.tags() == tags)
            try await registryDown(scene, workflow, &run)
            try await scene.engine.docker("image", "rm", "matric-memory:dev")
            try await scene.end()
        }

        /// The same publish again sends nothing.
        private func repeated(
            _ scene: PipelineScene, _ workflow: Workflow, _ event: WorkflowEvent,
            _ run: inout WorkflowResult
        ) async throws {
            try await scene.runner.rerun("publish-dev", of: workflow, event, in: &run)
            try expectGreen(run)
            struct Receipt: Decodable {
                var requests: [String: Int]; var seconds: Double; var complete: Bool
            }
            let receipt = try JSONDecoder().decode(
                Receipt.self, from: Data(try run.artifacts.read("publish-dev/receipt.json")))
            #expect(receipt.complete && receipt.requests["PUT", default: 0] == 0)
            #expect(
                receipt.requests["POST", default: 0] == 0
                    && receipt.requests["PATCH", default: 0] == 0)
            let seconds = run.jobs["publish-dev"]?.step("Publish")?.seconds ?? 0
            print(
                "second publish-dev of an unchanged image: \(seconds) s in the step, \(receipt.seconds) s by its receipt"
            )
        }

        /// A runner that runs a job whose condition says no publishes nothing all the same.
        private func ignoredCondition(
            _ scene: PipelineScene, _ workflow: Workflow, _ event: WorkflowEvent,
            _ run: WorkflowResult
        ) async throws {
            var runner = scene.runner
            runner.ignoresConditions = true
            var event = event
            (event.name, event.ref) = ("pull_request", "refs/pull/7/head")
            var run = run
            try await runner.rerun("publish-dev", of: workflow, event, in: &run)
            let publish = try #require(run.jobs["publish-dev"]?.step("Publish"))
            #expect(publish.outcome == .failure)
            #expect(
                publish.log.contains("refs/pull/7/head") && publish.log.contains("next: "),
                "\(publish.log)")
        }

        /// A registry that is down fails the step, and says so; the image stays, and the job can be repeated.
        private func registryDown(
            _ scene: PipelineScene, _ workflow: Workflow, _ run: inout WorkflowResult
        ) async throws {
            let tested = try #require(run.jobs["build"]?.outputs["image"])
            // A commit later, so that there is something to write.
            try scene.checkout.write("build/sample/README.md", "Another commit.\n")
            let commit = try await scene.commit("Go on")
            let event = WorkflowEvent(name: "push", ref: "refs/heads/main", commit: commit)
            let build = try await scene.runner.run(
                workflow.only(["build", "publish-dev"]), on: event,
                before: ["Publish": { try await scene.registry.stop() }])
            let publish = try #require(build.jobs["publish-dev"]?.step("Publish"))
            #expect(publish.outcome == .failure && build.jobs["publish-dev"]?.result == .failure)
            #expect(
                publish.log.contains(scene.registry.host) && publish.log.contains("next: "),
                "\(publish.log)")
            #expect(build.jobs["publish-dev"]?.step("Verify")?.outcome == .skipped)
            let image = try #require(build.jobs["build"]?.outputs["image"])
            #expect(image != tested)
            #expect(
                try await scene.engine.docker(
                    "image", "inspect", "--format", "{{.Id}}", "matric-memory:dev") == image)
            #expect(
                FileManager.default.fileExists(
                    atPath: build.artifacts.file("image/matric-memory.tar")))

            // Even where the engine has forgotten it.
            try await scene.engine.docker(
                "image", "rm", "matric-memory:dev", "matric-memory:ci-\(build.id)")
            let registry = try await scene.registryAgain()
            var again = build
            try await scene.runner.rerun(
                "publish-dev", of: workflow.only(["build", "publish-dev"]), event, in: &again)
            #expect(again.isGreen, "\(again.failures)")
            let tags = try await scene.tags()
            #expect(tags["dev"] == tags["sha-\(commit.prefix(7))"] && tags["dev"] != nil)
            try await registry.stop()
        }
    }
}

extension PipelineScene {
    /// The statement in a record.
    func statement(_ record: [UInt8]) throws -> String {
        struct Envelope: Decodable { var payload: String }
        let envelope = try JSONDecoder().decode(Envelope.self, from: Data(record))
        return String(decoding: try #require(Data(base64Encoded: envelope.payload)), as: UTF8.self)
    }
}

extension Skopeo {
    /// The exact bytes of a manifest in a pipeline's registry.
    static func raw(_ scene: PipelineScene, _ reference: String) async throws -> [UInt8] {
        try await ChildProcess.run(
            ProgramCall(
                "skopeo",
                [
                    "inspect", "--raw", "--tls-verify=false", "--creds",
                    "\(scene.registry.user):\(scene.registry.password)", "docker://\(reference)",
                ])
        ).checked().output
    }
}
