import OCIRegistry
import SystemPackage

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
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.append, .create, .closeOnExec],
                permissions: [.ownerReadWrite])
            _ = try file.closeAfter { try file.writeAll(Array(text.utf8)) }
        } catch {
            throw OCIError(
                .configuration, "the file that \(variable) names cannot be written: \(error)",
                subject: path, advice: "unset \(variable) outside of a workflow")
        }
    }
}
