import Foundation
import TestSupport

/// One job under way.
struct JobRun {
    let runner: WorkflowRunner
    let job: Workflow.Job
    let artifacts: TemporaryFolder

    /// Runs its steps in order in a container of its own.
    func result(
        _ scope: JobScope, _ variables: [String: String]
    ) async throws -> WorkflowResult.Job {
        let image = try job.image.map { try Template($0).filled(in: scope) } ?? ""
        guard let image = runner.images[job.label] ?? (image.isEmpty ? nil : image) else {
            throw SupportError("no image for a job on \(job.label)")
        }
        let files = StepFiles(folder: try TemporaryFolder(prefix: "job"))
        let container: StepContainer
        do {
            container = try await StepContainer(
                runner.engine, image: image, repository: runner.repository, files: files,
                mounts: runner.mounts[job.label] ?? [])
        } catch {
            let start = WorkflowResult.Step(name: "start", outcome: .failure, log: "\(error)")
            return .init(result: .failure, steps: [start])
        }
        do {
            let result = try await steps(container, files, scope, variables)
            await container.end()
            return result
        } catch {
            await container.end()
            throw error
        }
    }

    private func steps(
        _ container: StepContainer, _ files: StepFiles, _ beginning: JobScope,
        _ variables: [String: String]
    ) async throws -> WorkflowResult.Job {
        var scope = beginning
        var result = WorkflowResult.Job(result: .success)
        var exported: [String: String] = [:]
        for (number, step) in job.steps.enumerated() {
            guard try scope.allows(step.condition) else {
                result.steps.append(.init(name: step.name, outcome: .skipped))
                step.id.map { scope.steps[$0] = .init(outcome: .skipped, outputs: [:]) }
                continue
            }
            let given = scope.environment.merging(exported) { $1 }
                .merging(try scope.filled(step.environment)) { $1 }
            var done = WorkflowResult.Step(name: step.name, outcome: .success, environment: given)
            try files.clear()
            try await runner.before[step.name]?()
            if let script = step.run {
                let ended = try await container.run(
                    try Template(script).filled(in: scope), variables.merging(given) { $1 },
                    in: try step.folder.map { try Template($0).filled(in: scope) },
                    number: number, minutes: job.minutes)
                done.log = ended.stdout + ended.stderr
                done.seconds = ended.seconds
                if ended.status != 0 { done.outcome = .failure }
            } else if let action = step.uses {
                let with = try scope.filled(step.with)
                do {
                    try await ArtifactAction(action, with, artifacts).run(in: container)
                } catch let error as SupportError {
                    done.log = "\(error)"
                    done.outcome = .failure
                }
            }
            exported.merge(try files.pairs("GITHUB_ENV")) { $1 }
            guard try files.text("GITHUB_PATH").isEmpty else {
                throw SupportError("GITHUB_PATH is not emulated")
            }
            result.summary += try files.text("GITHUB_STEP_SUMMARY")
            if let id = step.id {
                scope.steps[id] = .init(
                    outcome: done.outcome, outputs: try files.pairs("GITHUB_OUTPUT"))
            }
            if done.outcome == .failure {
                result.result = .failure
                scope.isWell = false
            }
            result.steps.append(done)
        }
        result.outputs = try scope.filled(job.outputs)
        return result
    }
}
