import ConfigurationFile

/// What kind of file may say which images are used.
public enum PinnableFile: Sendable, Hashable {
    /// A Dockerfile or Containerfile.
    case dockerfile
    /// A compose file.
    case compose
    /// A workflow of Gitea, GitHub or Forgejo.
    case workflow
    /// An action.
    case action
    /// `publisher.yaml`.
    case publisher
    /// Other YAML: a Kubernetes manifest or a runner's configuration, if its content says so.
    case yaml

    /// Bytes that a file may have; larger ones are no files of this kind.
    public static let sizeLimit = 4 << 20

    /// The kind that a path tells; nil for everything else, which need not be opened.
    public init?(path: String) {
        let parts = path.split(separator: "/")
        guard let last = parts.last.map(String.init) else { return nil }
        let name = last.lowercased()
        let stem = name.split(separator: ".", omittingEmptySubsequences: false)
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            let folder = parts.dropLast().suffix(2)
            let first = stem.first ?? ""
            if folder.last == "workflows",
                [".gitea", ".github", ".forgejo"].contains(folder.first ?? "")
            {
                self = .workflow
            } else if first == "compose" || first == "docker-compose"
                || first.hasPrefix("docker-compose-") || first.hasPrefix("docker-compose_")
                || first.hasPrefix("compose-")
            {
                self = .compose
            } else if name == "action.yaml" || name == "action.yml" {
                self = .action
            } else if name == "publisher.yaml" || name == "publisher.yml" {
                self = .publisher
            } else {
                self = .yaml
            }
            return
        }
        guard Self.isDockerfile(last, name, stem) else { return nil }
        self = .dockerfile
    }

    private static func isDockerfile(_ last: String, _ name: String, _ stem: [Substring]) -> Bool {
        let words = ["dockerfile", "containerfile"]
        if words.contains(name) { return true }
        guard !otherExtensions.contains(String(stem.last ?? "")) else { return false }
        if words.contains(where: { name.hasPrefix("\($0).") || name.hasSuffix(".\($0)") }) {
            return true
        }
        return ["Dockerfile-", "Dockerfile_", "Containerfile-", "Containerfile_"]
            .contains { last.hasPrefix($0) }
    }

    /// What says that a file is about Dockerfiles, rather than one.
    private static let otherExtensions: Set<String> = [
        "adoc", "bak", "c", "dockerignore", "go", "html", "java", "js", "json", "lock", "log", "md",
        "orig", "patch", "png", "py", "rb", "rs", "rst", "sh", "svg", "swift", "toml", "ts", "txt",
        "vim", "xml",
    ]

    /// Finds the images of a file. `environment` are the `.env` files that compose reads for it, in
    /// order: usually the one beside it.
    public func images(
        in bytes: [UInt8], path: String, environment: [EnvironmentFile] = []
    ) -> FoundImages {
        guard bytes.count <= Self.sizeLimit else {
            return FoundImages(
                problems: [
                    .init(path: path, line: 1, message: "larger than \(Self.sizeLimit) bytes")
                ])
        }
        guard self != .dockerfile else { return Dockerfile.images(in: bytes, path: path) }
        guard mayHaveImages(bytes) else { return FoundImages() }
        let tree = YAMLTree(bytes)
        var found =
            switch self {
            case .dockerfile: FoundImages()
            case .compose: ComposeFile.images(tree, path: path, environment: environment)
            case .workflow: WorkflowFile.images(tree, path: path)
            case .action: WorkflowFile.images(ofAction: tree, path: path)
            case .publisher: OtherYAML.builds(tree, path: path)
            case .yaml: OtherYAML.images(tree, path: path)
            }
        if self == .yaml, !found.problems.isEmpty, let line = Self.templateLine(bytes) {
            found = .template(bytes, path: path, line: line)
        }
        return found
    }

    /// Whether a file has the words without which no image is in it. A key that is written with escapes
    /// has a backslash, and is never ruled out.
    private func mayHaveImages(_ bytes: [UInt8]) -> Bool {
        let search = ByteSearch(bytes)
        if search.has("\\") { return true }
        switch self {
        case .dockerfile: return true
        case .compose:
            return search.has("image") || search.has("build") || search.has("RUNNER_LABELS")
        case .workflow:
            return search.has("container") || search.has("services") || search.has("docker://")
        case .action: return search.has("image") || search.has("docker://")
        case .publisher: return search.has("args")
        case .yaml:
            return search.has("apiVersion") && search.has("kind") && search.has("image")
                || search.has("runner") && search.has("labels")
        }
    }

    private static func templateLine(_ bytes: [UInt8]) -> Int? {
        bytes[...].firstRange(of: Array("{{".utf8)).map(\.lowerBound)
    }
}

extension FoundImages {
    /// A file that becomes YAML only when something fills it in.
    fileprivate static func template(_ bytes: [UInt8], path: String, line start: Int) -> FoundImages
    {
        var found = FoundImages()
        let candidate = ImageCandidate(
            kind: .pod, range: start..<start + 2, expansion: Expansion(), skip: .template)
        found.settle(PinSettlement([candidate], paths: [path], variables: []), in: bytes)
        return found
    }
}
