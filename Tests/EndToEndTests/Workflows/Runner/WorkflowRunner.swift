import Foundation
import TestSupport

/// What sets a workflow off.
struct WorkflowEvent {
    var name: String
    var ref: String
    var commit: String
    var inputs: [String: String] = [:]
}

/// How a run of a workflow ended.
struct WorkflowResult {
    struct Step {
        var name: String
        var outcome: JobScope.Outcome
        /// What it wrote, both outputs.
        var log = ""
        /// The variables that the workflow gave it.
        var environment: [String: String] = [:]
        var seconds = 0.0
    }

    struct Job {
        var result: JobScope.Outcome
        var steps: [Step] = []
        var outputs: [String: String] = [:]
        var summary = ""

        /// The step of this name; nil where the job has none.
        func step(_ name: String) -> Step? { steps.first { $0.name == name } }
    }

    /// `GITHUB_RUN_ID`.
    var id: Int
    var jobs: [String: Job] = [:]
    /// The artifacts' files: `NAME/PATH`.
    var artifacts: TemporaryFolder

    var isGreen: Bool { jobs.values.allSatisfy { $0.result != .failure } }
    /// Every step that ran.
    var steps: [Step] { jobs.values.flatMap(\.steps).filter { $0.outcome != .skipped } }

    /// What went wrong, for a test's message.
    var failures: String {
        jobs.flatMap { name, job in
            job.steps.filter { $0.outcome == .failure }.map { "\(name), \($0.name):\n\($0.log)" }
        }.joined(separator: "\n")
    }
}

/// Runs workflows the way Gitea's runner does: a container a job, `bash -e -o pipefail` a step.
struct WorkflowRunner: Sendable {
    let engine: Engine
    /// `http://HOST` of the forge.
    let server: String
    /// `OWNER/NAME` of the git repository.
    let repository: String
    var variables: [String: String] = [:]
    var secrets: [String: String] = [:]
    /// The job's own token.
    var token = "job-token-5f0e"
    /// What the runner's operator mounts into every container of a label: `HOST:CONTAINER`.
    var mounts: [String: [String]] = [:]
    /// What a label runs its jobs in, whatever the workflow says: a runner that was set up wrongly.
    var images: [String: String] = [:]
    /// What happens before a step of this name.
    private(set) var before: [String: @Sendable () async throws -> Void] = [:]
    /// Runs the jobs whose condition says no as well, as some releases of Gitea did.
    var ignoresConditions = false

    /// Runs a workflow to its end.
    func run(
        _ workflow: Workflow, on event: WorkflowEvent,
        before: [String: @Sendable () async throws -> Void] = [:]
    ) async throws -> WorkflowResult {
        var runner = self
        runner.before = before
        var result = WorkflowResult(
            id: Int.random(in: 1000...999_999_999),
            artifacts: try TemporaryFolder(prefix: "artifacts"))
        for job in workflow.jobs {
            result.jobs[job.name] = try await runner.run(
                job, of: workflow, event, in: result, attempt: 1)
        }
        return result
    }

    /// Runs one job of a run again, as the button "re-run" does.
    func rerun(
        _ name: String, of workflow: Workflow, _ event: WorkflowEvent,
        in result: inout WorkflowResult
    ) async throws {
        guard let job = workflow.jobs.first(where: { $0.name == name }) else {
            throw SupportError("no job \(name)")
        }
        result.jobs[name] = try await run(job, of: workflow, event, in: result, attempt: 2)
    }

    private func run(
        _ job: Workflow.Job, of workflow: Workflow, _ event: WorkflowEvent,
        in result: WorkflowResult,
        attempt: Int
    ) async throws -> WorkflowResult.Job {
        var scope = JobScope(
            github: context(job, workflow, event, run: result.id), variables: variables,
            secrets: secrets, inputs: event.inputs, temporary: StepContainer.temporary)
        for name in job.needs {
            guard let need = result.jobs[name] else { continue }
            scope.needs[name] = .init(result: need.result, outputs: need.outputs)
        }
        scope.isWell = scope.needs.values.allSatisfy { $0.result == .success }
        guard try scope.allows(job.condition) || (ignoresConditions && scope.isWell) else {
            return .init(result: .skipped)
        }
        scope.isWell = true
        scope.environment = try scope.filled(workflow.environment)
        scope.environment.merge(try scope.filled(job.environment)) { $1 }
        let run = JobRun(runner: self, job: job, artifacts: result.artifacts)
        return try await run.result(
            scope, variables(scope.github, run: result.id, attempt: attempt))
    }

    private func context(
        _ job: Workflow.Job, _ workflow: Workflow, _ event: WorkflowEvent, run: Int
    ) -> [String: String] {
        [
            "event_name": event.name, "ref": event.ref, "sha": event.commit,
            "ref_name": String(event.ref.split(separator: "/").last ?? ""), "server_url": server,
            "repository": repository, "run_id": "\(run)", "job": job.name, "actor": "somebody",
            "workflow": workflow.name, "token": token,
        ]
    }

    /// The variables of every step, as Gitea's runner sets them.
    private func variables(
        _ github: [String: String], run: Int, attempt: Int
    ) -> [String: String] {
        var variables = [
            "CI": "true", "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "RUNNER_NAME": "test",
            "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", "RUNNER_TEMP": StepContainer.temporary,
            "GITHUB_RUN_NUMBER": "1", "GITHUB_RUN_ATTEMPT": "\(attempt)",
            "GITHUB_WORKSPACE": StepContainer.workspace(repository),
            "GITHUB_API_URL": "\(server)/api/v1",
            "GITHUB_REPOSITORY_OWNER": String(repository.prefix { $0 != "/" }),
        ]
        for (key, value) in github where key != "token" {
            variables["GITHUB_\(key.uppercased())"] = value
        }
        for (key, file) in StepFiles.names { variables[key] = "\(StepFiles.place)/\(file)" }
        return variables
    }
}
