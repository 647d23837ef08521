import Glibc
import OCIRegistry

/// What a step of a workflow leaves for those after it: `GITHUB_OUTPUT` and
/// `GITHUB_STEP_SUMMARY`, which Gitea Actions sets too.
struct StepOutput {
    private let environment: [String: String]

    init(environment: [String: String]) { self.environment = environment }

    /// Appends `name=value` lines and a Markdown summary, where a workflow asks for them.
    ///
    /// Throws ``OCIError`` (configuration) when a file that is asked for cannot be written.
    func write(values: [(String, String)], summary: String) throws {
        let lines = values.map { "\($0.0)=\($0.1)\n" }.joined()
        try append(lines, to: "GITHUB_OUTPUT")
        try append(summary, to: "GITHUB_STEP_SUMMARY")
    }

    private func append(_ text: String, to variable: String) throws {
        guard let path = environment[variable], !path.isEmpty else { return }
        let opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw OCIError(
                .configuration, "the file that \(variable) names cannot be written",
                subject: path, advice: "unset \(variable) outside of a workflow")
        }
        defer { close(opened) }
        let bytes = Array(text.utf8)
        guard Glibc.write(opened, bytes, bytes.count) == bytes.count else {
            throw OCIError(
                .configuration, "\(variable) could not be written in full", subject: path)
        }
    }
}
