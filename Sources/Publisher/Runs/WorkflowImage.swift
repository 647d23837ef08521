import ConfigurationFile
import OCIRegistry
import RunLedger
import Subprocess

/// The image that a workflow's file names for a job, as the run's commit has it: a file that a step may
/// have changed since proves nothing.
enum WorkflowImage {
    /// Bytes that a workflow may have.
    private static let limit = 1 << 20

    /// What the workflow says; a reason where it says nothing that counts.
    static func claim(
        _ run: RunIdentity, path: String?, folder: String?
    ) async -> Result<EvidenceFacts.Claim?, OCIError> {
        guard let path = path ?? run.workflowPath, let revision = run.revision else {
            return .success(nil)
        }
        do {
            guard let text = try await content(revision, path, folder) else {
                return .failure(
                    OCIError(
                        .notFound, "\(path) of commit \(revision.prefix(12)) is not to be had here")
                )
            }
            guard let image = try image(of: run.job, in: text, path) else { return .success(nil) }
            guard let reference = try? Reference(parsing: image), reference.digest != nil else {
                return .failure(
                    OCIError(.usage, "\(path) names '\(image.prefix(200))', which is no digest"))
            }
            return .success(
                .init(.workflow, reference, source: "\(path) of commit \(revision.prefix(12))"))
        } catch let error as OCIError {
            return .failure(error)
        } catch {
            return .failure(OCIError(.notFound, "\(path) cannot be read: git cannot be run"))
        }
    }

    /// `jobs.<job>.container`, or its `image`.
    static func image(of job: String, in text: String, _ path: String) throws(OCIError) -> String? {
        guard
            let container = try ConfigurationNode.parse(text, name: path)?["jobs"]?[job]?[
                "container"]
        else { return nil }
        return try (container.isMapping ? container["image"] : container)?.text()
    }

    /// git-show(1).
    private static func content(
        _ revision: String, _ path: String, _ folder: String?
    ) async throws -> String? {
        try await within(.seconds(5), "git") {
            let place = folder.map { ["-C", $0] } ?? []
            let result = try await Subprocess.run(
                .name("git"), arguments: Arguments(place + ["show", "\(revision):\(path)"]),
                output: .string(limit: limit), error: .discarded)
            return result.terminationStatus.isSuccess ? result.standardOutput : nil
        }
    }
}
