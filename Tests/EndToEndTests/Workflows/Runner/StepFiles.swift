import Foundation
import TestSupport

/// The files through which a step tells its runner something.
struct StepFiles {
    /// Their names, as the variables have them, and what they are called in the runner's folder.
    static let names = [
        "GITHUB_OUTPUT": "outputcmd.txt", "GITHUB_ENV": "envs.txt", "GITHUB_PATH": "pathcmd.txt",
        "GITHUB_STEP_SUMMARY": "SUMMARY.md",
    ]
    /// Where a container sees them.
    static let place = "/var/run/act/workflow"

    let folder: TemporaryFolder

    /// Makes them empty, before a step.
    func clear() throws {
        for name in Self.names.values { try folder.write(name, "") }
    }

    /// `NAME=VALUE`, and `NAME<<END`, lines, `END`.
    func pairs(_ variable: String) throws -> [String: String] {
        var pairs: [String: String] = [:]
        var lines = try text(variable).split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.popFirst() {
            if line.isEmpty { continue }
            if let mark = line.firstRange(of: "<<"), !line[..<mark.lowerBound].contains("=") {
                let end = line[mark.upperBound...]
                var value: [Substring] = []
                while let next = lines.popFirst(), next != end { value.append(next) }
                pairs[String(line[..<mark.lowerBound])] = value.joined(separator: "\n")
            } else {
                guard let equal = line.firstIndex(of: "=") else {
                    throw SupportError("\(variable) holds a line that a runner refuses: \(line)")
                }
                pairs[String(line[..<equal])] = String(line[line.index(after: equal)...])
            }
        }
        return pairs
    }

    /// The content of one of them.
    func text(_ variable: String) throws -> String {
        try folder.text(Self.names[variable] ?? variable)
    }
}
