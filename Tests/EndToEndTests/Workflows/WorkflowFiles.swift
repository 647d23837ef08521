import Foundation
import TestSupport
import Testing

/// The workflows of this repository.
enum WorkflowFiles {
    static let names = ["build-builder", "ci", "prune"]

    /// Reads one, in a checkout or in this one.
    static func read(_ name: String, in root: String = Peers.root) throws -> Workflow {
        let path = ".gitea/workflows/\(name).yaml"
        let url = URL(filePath: root).appending(path: path)
        return try Workflow(path: path, text: try String(contentsOf: url, encoding: .utf8))
    }
}

extension Workflow {
    /// Every text in which expressions stand, by where that is.
    var templates: [(place: String, text: String)] {
        var all = environment.map { ("env", $0.value) }
        for job in jobs {
            all += (Array(job.environment) + Array(job.outputs)).map { (job.name, $0.value) }
            all += [job.image, job.condition.map { "${{ \($0) }}" }].compactMap { $0 }
                .map { (job.name, $0) }
            for step in job.steps {
                let texts = Array(step.environment.values) + Array(step.with.values)
                let condition = step.condition.map { "${{ \($0) }}" }
                for text in texts + [step.run, step.folder, condition].compactMap({ $0 }) {
                    all.append(("\(job.name), \(step.name)", text))
                }
            }
        }
        return all
    }
}

extension Workflow.Step {
    /// The contexts of its variables.
    var contexts: [[String]] {
        get throws {
            try environment.values.flatMap {
                try Template($0).expressions.flatMap(\.contexts)
            }
        }
    }
}
