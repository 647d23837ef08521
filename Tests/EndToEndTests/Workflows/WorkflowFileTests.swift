import Foundation
import TestSupport
import Testing

/// What holds for every workflow of this repository.
@Suite struct WorkflowFileTests {
    @Test("follows the schema of workflows", .needs(.python))
    func schema() async throws {
        let paths = WorkflowFiles.names.map { "\(Peers.root).gitea/workflows/\($0).yaml" }
        let result = try await ChildProcess.run(
            ProgramCall(
                Peers.python,
                ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"] + paths))
        #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
        let folder = URL(filePath: Peers.root).appending(path: ".gitea/workflows").path()
        let there = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(there == WorkflowFiles.names.map { "\($0).yaml" })
    }

    @Test(
        "every script is clean, holds no expression and masks nothing",
        arguments: WorkflowFiles.names)
    func scripts(name: String) async throws {
        let workflow = try WorkflowFiles.read(name)
        for job in workflow.jobs {
            for step in job.steps {
                guard let script = step.run else { continue }
                let place = "\(job.name), \(step.name)"
                let result = try await ChildProcess.run(
                    ProgramCall(
                        "shellcheck", ["--shell=bash", "-"],
                        stdin: Array("set -eo pipefail\n\(script)\n".utf8)))
                #expect(result.status == 0, "\(place): \(result.stdout)")
                // What somebody else wrote, a branch's name say, would be run.
                #expect(!script.contains("${{"), "\(place)")
                // A pipe fails with its last part alone wherever pipefail is not set.
                for mask in ["||", "set +e", "| tee", "docker login"] {
                    #expect(!script.contains(mask), "\(place): \(mask)")
                }
            }
        }
    }

    @Test(
        "every expression is one that runners and these tests know", arguments: WorkflowFiles.names)
    func expressions(name: String) throws {
        for (place, text) in try WorkflowFiles.read(name).templates {
            #expect(throws: Never.self, "\(place)") { try Template(text) }
        }
    }

    @Test(
        "every job looks at the disks, takes the exact commit and records its builder, in this order",
        arguments: WorkflowFiles.names)
    func beginnings(name: String) throws {
        let workflow = try WorkflowFiles.read(name)
        for job in workflow.jobs {
            #expect(job.steps[0].run == "builder-capacity", "\(job.name)")
            #expect(job.steps[1].run == "builder-checkout", "\(job.name)")
            let record = try #require(job.steps[2].run)
            let variable = job.label == "matric-builder-gpu" ? "BUILDER_GPU" : "BUILDER"
            #expect(record.contains("publisher run start --expect \"$\(variable)\""), "\(job.name)")
            // What the container is made of is what is expected.
            #expect(workflow.environment[variable] == job.image, "\(job.name)")
            #expect(job.label.hasPrefix("matric-builder") && (1...120).contains(job.minutes))
            let last = try #require(job.steps.last { $0.uses != nil })
            #expect(last.with["path"] == "${{ runner.temp }}/evidence", "\(job.name)")
            #expect(
                last.with["retention-days"] == "365" && last.with["if-no-files-found"] == "error")
            #expect(last.condition?.hasPrefix("always()") == true, "\(job.name)")
        }
    }

    @Test(
        "secrets are given to single steps, none of which a pull request runs",
        arguments: WorkflowFiles.names)
    func secrets(name: String) throws {
        let workflow = try WorkflowFiles.read(name)
        let wide =
            try workflow.environment.values.flatMap { try Template($0).expressions }
            + workflow.jobs.flatMap(\.environment.values).flatMap { try Template($0).expressions }
        #expect(wide.flatMap(\.contexts).allSatisfy { $0[0] != "secrets" })
        let event = [
            "event_name": "pull_request", "ref": "refs/pull/1/head", "sha": "", "run_id": "1",
        ]
        let scope = JobScope(
            github: event, variables: [:], secrets: [:], inputs: [:], temporary: "/tmp")
        for job in workflow.jobs where workflow.triggers.contains("pull_request") {
            guard try scope.allows(job.condition) else { continue }
            for step in job.steps where try scope.allows(step.condition) {
                #expect(
                    try step.contexts.allSatisfy { $0[0] != "secrets" }, "\(job.name), \(step.name)"
                )
            }
        }
    }

    @Test("nothing is published but by who needs every gate, on main, one at a time")
    func gates() throws {
        let workflow = try WorkflowFiles.read("ci")
        for job in workflow.jobs
        where job.steps.contains(where: { $0.run?.contains("publisher publish") == true }) {
            #expect(Set(job.needs) == Set(workflow.jobs.map(\.name)).subtracting([job.name]))
            for (name, ref) in [
                ("pull_request", "refs/pull/1/head"), ("pull_request", "refs/heads/main"),
                ("push", "refs/heads/topic"), ("workflow_dispatch", "refs/heads/topic"),
                ("push", "refs/tags/v2026.7.1"),
            ] {
                let scope = JobScope(
                    github: ["event_name": name, "ref": ref], variables: [:], secrets: [:],
                    inputs: [:], temporary: "/tmp")
                #expect(try !scope.allows(job.condition), "\(name) of \(ref)")
            }
        }
        #expect(
            workflow.jobs.map(\.name) == [
                "lint", "test", "integration-test", "build", "publish-dev",
            ])
        for name in WorkflowFiles.names {
            let text = try String(
                contentsOfFile: "\(Peers.root).gitea/workflows/\(name).yaml", encoding: .utf8)
            #expect(text.contains("\nconcurrency:\n  group: "), "\(name)")
            #expect(!text.contains("continue-on-error"), "\(name)")
        }
    }
}
