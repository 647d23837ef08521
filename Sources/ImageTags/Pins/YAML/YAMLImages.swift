import ConfigurationFile
import OCIRegistry

/// Collects the uses of images in a YAML file.
struct YAMLImages {
    let path: String
    let tree: YAMLTree
    /// Values for `${…}`; nil where the file knows no such thing.
    var variables: [String: Variable]?
    private(set) var candidates: [ImageCandidate] = []
    var builds: [ImageBuild] = []

    init(path: String, tree: YAMLTree, variables: [String: Variable]? = nil) {
        self.path = path
        self.tree = tree
        self.variables = variables
    }

    /// A text with its variables filled in.
    func expand(_ scalar: YAMLScalar, _ range: Range<Int>? = nil) -> Expansion {
        let text = TracedText(tree.bytes[range ?? scalar.range])
        if let variables { return Expander(dialect: .compose) { variables[$0] }.expand(text) }
        return Expansion(plain: text)
    }

    /// Adds a text that names an image after a prefix such as `docker://`; a list or mapping, which is
    /// none, is told of too.
    mutating func add(
        _ kind: ImageUse.Kind, _ part: YAMLPart, after prefix: Int = 0, platform: YAMLPart? = nil,
        skip: SkipReason? = nil
    ) {
        guard let scalar = part.scalar else {
            let range = part.start..<min(part.start + 1, tree.bytes.count)
            add(kind, range, Expansion(), .notAReference("an image is a text"))
            return
        }
        add(kind, scalar, scalar.range.dropFirst(prefix), platform: platform, skip: skip)
    }

    /// Adds a part of a text.
    mutating func add(
        _ kind: ImageUse.Kind, _ scalar: YAMLScalar, _ range: Range<Int>,
        platform: YAMLPart? = nil, skip: SkipReason? = nil
    ) {
        guard scalar.isVerbatim else {
            add(kind, scalar.range, Expansion(), skip ?? .escaped)
            return
        }
        let text = tree.bytes[range]
        var skip = skip
        if text.containsPair("{", "{") {
            skip = skip ?? (text.containsPair("$", "{") ? .expression : .template)
        }
        let platform = platform?.scalar.flatMap { try? Platform(parsing: $0.text) }
        add(kind, range, expand(scalar, range), skip, platform)
    }

    private mutating func add(
        _ kind: ImageUse.Kind, _ range: Range<Int>, _ expansion: Expansion, _ skip: SkipReason?,
        _ platform: Platform? = nil
    ) {
        candidates.append(
            ImageCandidate(
                kind: kind, range: range, platform: platform, expansion: expansion, skip: skip))
    }

    /// Adds what runs a step: `uses: docker://IMAGE`.
    mutating func add(steps: YAMLPart?) {
        for step in steps?.items ?? [] {
            for member in step.members where member.key.isText("uses") {
                guard let text = member.value.scalar?.text, text.hasPrefix(Self.docker) else {
                    continue
                }
                add(.step, member.value, after: Self.docker.utf8.count)
            }
        }
    }

    /// Adds a runner's label: `NAME:docker://IMAGE`, or one without an image.
    mutating func add(label: YAMLScalar, _ range: Range<Int>) {
        guard label.isVerbatim else {
            add(.runnerLabel, label, range)
            return
        }
        let text = tree.bytes[range]
        if let start = text.firstRange(of: Array(Self.docker.utf8)) {
            add(.runnerLabel, label, start.upperBound..<range.upperBound)
        } else if !text.isEmpty {
            add(.runnerLabel, label, range, skip: .noImage)
        }
    }

    static let docker = "docker://"

    /// What was found; `sources` are the files of the variables.
    func found(_ sources: [String] = []) -> FoundImages {
        var found = FoundImages(builds: builds)
        if let problem = tree.problem {
            found.problems = [.init(path: path, line: problem.line, message: problem.message)]
        }
        found.settle(
            PinSettlement(
                candidates, paths: [path] + sources,
                variables: variables.map { $0.values } ?? [:].values),
            in: tree.bytes)
        return found
    }
}

extension ArraySlice<UInt8> {
    /// Whether two bytes stand side by side somewhere.
    func containsPair(_ first: Character, _ second: Character) -> Bool {
        zip(self, dropFirst()).contains { $0 == first.asciiValue && $1 == second.asciiValue }
    }

    /// Where these bytes stand first.
    func firstRange(of wanted: [UInt8]) -> Range<Int>? {
        guard let first = wanted.first else { return nil }
        var rest = self
        while let index = rest.firstIndex(of: first) {
            if self[index...].starts(with: wanted) { return index..<index + wanted.count }
            rest = rest[(index + 1)...]
        }
        return nil
    }
}
