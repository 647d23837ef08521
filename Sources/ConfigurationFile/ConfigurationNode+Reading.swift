public import OCIRegistry
import SystemPackage
import Yams

extension ConfigurationNode {
    /// Bytes that a file may have.
    public static let sizeLimit = 1 << 20
    /// How deep lists and mappings may stand in each other.
    static let depthLimit = 32

    /// Reads a YAML file whole; nil where nothing is in it.
    ///
    /// Throws ``OCIError`` that names the file, the line and the cure: configuration for what is in the
    /// file, not found or denied for the file itself.
    public static func read(_ path: String) async throws(OCIError) -> ConfigurationNode? {
        let file = try OpenFile(FilePath(path))
        guard file.size <= sizeLimit else {
            throw OCIError(
                .configuration, "the file is larger than \(sizeLimit) bytes", subject: path,
                advice: "check that this is the right file")
        }
        var bytes: [UInt8] = []
        let reader = file.whole.reader()
        do {
            while let piece = try await reader.read() { bytes += piece }
        } catch let error as OCIError {
            throw error
        } catch {
            throw OCIError(.temporary, "reading the file was interrupted", subject: path)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw OCIError(
                .configuration, "the file is not UTF-8 text", subject: path,
                advice: "save it as UTF-8")
        }
        return try parse(text, name: path)
    }

    /// Reads YAML; `name` stands for the file in errors. Nil where nothing is in it.
    ///
    /// Throws ``OCIError`` (configuration), also for what YAML has and configurations need not: keys
    /// that are there twice, keys that are no text, anchors.
    public static func parse(
        _ text: String, name: String
    ) throws(OCIError) -> ConfigurationNode? {
        if let alias = Alias(in: text) {
            let place = ConfigurationNode(
                content: .list([]), file: name, line: alias.line, what: "the file")
            throw place.anchorError(alias.name)
        }
        let parser: Parser
        let root: Node?
        do {
            // Without an encoding, Yams looks for one in the environment and prints what it found.
            parser = try Parser(yaml: text, encoding: .utf8)
            root = try parser.singleRoot()
        } catch {
            throw syntaxError(error, name)
        }
        // Nodes forget their anchors when the parser goes.
        defer { withExtendedLifetime(parser) {} }
        return try root.map { (root) throws(OCIError) in
            try ConfigurationNode(root, file: name, what: "the file", depth: 0)
        }
    }

    private init(_ node: Node, file: String, what: String, depth: Int) throws(OCIError) {
        let place = ConfigurationNode(
            content: .list([]), file: file, line: node.mark?.line ?? 1, what: what)
        guard depth < Self.depthLimit else {
            throw place.error(
                "this is nested more than \(Self.depthLimit) deep", "write it flatter")
        }
        if let anchor = node.anchor { throw place.anchorError(anchor.rawValue) }
        let content: Content
        switch node {
        case .scalar(let scalar):
            let isNull =
                scalar.style == .plain
                && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            content = .text(scalar.string, isNull: isNull)
        case .sequence(let sequence):
            var items: [ConfigurationNode] = []
            for node in sequence {
                let what = "an entry of \(what)"
                items.append(
                    try ConfigurationNode(node, file: file, what: what, depth: depth + 1))
            }
            content = .list(items)
        case .mapping(let mapping):
            var members: [Member] = []
            var lines: [String: Int] = [:]
            for (key, value) in mapping {
                let line = key.mark?.line ?? place.line
                guard case .scalar(let scalar) = key, key.anchor == nil else {
                    throw place.error(
                        "\(what) has a key that is not plain text", "write \"key: value\"",
                        line: line)
                }
                let key = scalar.string
                if let earlier = lines.updateValue(line, forKey: key) {
                    throw place.error(
                        "\"\(key)\" is there twice, first in line \(earlier)", "keep one of them",
                        line: line)
                }
                let value = try ConfigurationNode(
                    value, file: file, what: "\"\(key)\"", depth: depth + 1)
                members.append(Member(key: key, line: line, value: value))
            }
            content = .mapping(members)
        case .alias:
            throw place.error("aliases are not taken here", "write it out again")
        }
        self.init(content: content, file: file, line: place.line, what: what)
    }

    private func anchorError(_ name: String) -> OCIError {
        error("anchors like \"&\(name)\" are not taken here", "write it out where it is needed")
    }

    private static func syntaxError(_ error: any Error, _ name: String) -> OCIError {
        let (line, problem): (Int?, String) =
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                (mark.line, problem)
            case .duplicatedKeysInMapping(let keys, let context):
                (context.mark.line, "\"\(keys.joined(separator: ", "))\" is there twice")
            case .reader(let problem, _, _, _): (nil, problem)
            default: (nil, "it cannot be read")
            }
        return OCIError(
            .configuration, "\(line.map { "line \($0): " } ?? "")not valid YAML: \(problem)",
            subject: name, advice: "correct it there, or quote the text")
    }
}
