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

/// The labels that the doctor is told of.
struct RunnerLabels: Sendable {
    /// Each once.
    var found: [RunnerLabel] = []
    /// The files that cannot be read.
    var problems: [Diagnosis] = []

    /// Those of `GITEA_RUNNER_LABELS` and of the files.
    init(files: [String], environment: [String: String]) async {
        var labels = RunnerLabel.list(environment["GITEA_RUNNER_LABELS"] ?? "")
        for file in files {
            do throws(OCIError) {
                labels += try await RunnerLabel.read(file)
            } catch {
                problems.append(
                    .problem(
                        .runner, error.subject ?? file, error,
                        why: "the images of its labels cannot be looked at"))
            }
        }
        var seen: Set<RunnerLabel> = []
        found = labels.filter { seen.insert($0).inserted }
    }

    /// The registry of the first image.
    var host: RegistryHost? {
        found.lazy.compactMap { try? Reference(parsing: $0.image).host }.first
    }
}
