import ConfigurationFile
import OCIRegistry

/// A label of a workflow runner that stands for an image: `NAME:docker://IMAGE`.
struct RunnerLabel: Sendable, Hashable {
    /// What `runs-on` says.
    var name: String
    /// The image that the job runs in.
    var image: String

    /// Nil for labels that stand for no image, such as `NAME:host`.
    init?(_ text: String) {
        let scheme = ":docker://"
        guard let range = text.firstRange(of: scheme), range.lowerBound > text.startIndex else {
            return nil
        }
        name = String(text[..<range.lowerBound])
        image = String(text[range.upperBound...])
    }

    /// The labels of a list as `GITEA_RUNNER_LABELS` holds it.
    static func list(_ text: String) -> [RunnerLabel] {
        text.split(separator: ",").compactMap { item in
            let first = item.firstIndex { $0 != " " } ?? item.endIndex
            return RunnerLabel(String(item[first...]))
        }
    }

    /// The labels in a runner's file: its configuration (`runner.labels`), or its registration `.runner`
    /// (`labels`), which is JSON and therefore YAML too.
    ///
    /// Throws ``OCIError`` for a file that cannot be read, or is neither.
    static func read(_ path: String) async throws(OCIError) -> [RunnerLabel] {
        let document = try await ConfigurationNode.read(path)
        guard let list = document?["labels"] ?? document?["runner"]?["labels"], !list.isNull else {
            throw OCIError(
                .configuration, "there are no labels in it", subject: path,
                advice: "name the runner's config.yaml (runner.labels) or its .runner (labels)")
        }
        var labels: [RunnerLabel] = []
        for item in list.items ?? [list] {
            if let label = RunnerLabel(try item.text()) { labels.append(label) }
        }
        return labels
    }
}
