import ConfigurationFile
import OCIRegistry

/// What a part of `publisher.yaml` may hold. What is read and the JSON Schema both follow from it, so
/// that they cannot drift apart.
indirect enum Shape: Sendable {
    /// One value, as text of some form.
    case text(TextForm)
    /// One of these words.
    case choice([String])
    /// `true` or `false`.
    case flag
    /// A whole number.
    case number(ClosedRange<Int>)
    /// At least one, none twice.
    case list(of: Shape)
    /// Known keys.
    case record([Field])
    /// At least one key of the user's own.
    case names(TextForm, of: Shape)
    /// Whichever of these kinds is there: a value, a list or a mapping.
    case either([Shape])

    /// A key of a record.
    struct Field: Sendable {
        var key: String
        var isRequired = false
        /// What it is, for the schema.
        var about: String
        var shape: Shape

        init(_ key: String, _ shape: Shape, required: Bool = false, _ about: String) {
            self.key = key
            self.isRequired = required
            self.about = about
            self.shape = shape
        }
    }

    private enum Kind: String { case value, list, mapping }

    private var kinds: [Kind] {
        switch self {
        case .text, .choice, .flag, .number: [.value]
        case .list: [.list]
        case .record, .names: [.mapping]
        case .either(let shapes): shapes.flatMap(\.kinds)
        }
    }

    /// Everything in a part that is not of this shape.
    func problems(in node: ConfigurationNode) -> [OCIError] {
        let kind: Kind = node.isMapping ? .mapping : node.items != nil ? .list : .value
        guard kinds.contains(kind), !node.isNull else {
            let wanted = kinds.map { "a \($0.rawValue)" }.joined(separator: " or ")
            let found = node.isNull ? "empty" : "a \(kind.rawValue), not \(wanted)"
            return [node.error("\(node.what) is \(found)", "give it \(wanted)\(example)")]
        }
        switch self {
        case .text(let form): return form.problems(in: node)
        case .choice(let words):
            return Self.problem { () throws(OCIError) in
                _ = try node.value(like: words.joined(separator: " or ")) { text in
                    words.contains(text) ? text : nil
                }
            }
        case .flag: return Self.problem { () throws(OCIError) in _ = try node.flag() }
        case .number(let range):
            return Self.problem { () throws(OCIError) in _ = try node.number(range) }
        case .list(let shape): return listProblems(node, shape)
        case .record(let fields): return recordProblems(node, fields)
        case .names(let form, let shape): return nameProblems(node, form, shape)
        case .either(let shapes):
            return shapes.first { $0.kinds.contains(kind) }?.problems(in: node) ?? []
        }
    }

    private func listProblems(_ node: ConfigurationNode, _ shape: Shape) -> [OCIError] {
        let items = node.items ?? []
        if items.isEmpty {
            return [node.error("\(node.what) is an empty list", "name one, or leave the key out")]
        }
        var problems: [OCIError] = []
        var seen: Set<String> = []
        for item in items {
            problems += shape.problems(in: item)
            guard let text = try? item.text(), !seen.insert(text).inserted else { continue }
            problems.append(item.error("\"\(text)\" is in \(node.what) twice", "keep one of them"))
        }
        return problems
    }

    private func recordProblems(_ node: ConfigurationNode, _ fields: [Field]) -> [OCIError] {
        var problems: [OCIError] = []
        for member in node.members {
            if let field = fields.first(where: { $0.key == member.key }) {
                problems += field.shape.problems(in: member.value)
            } else if Self.namesSecret(member.key) {
                problems.append(
                    node.error(
                        "\"\(member.key)\" would be a secret in a file",
                        "take it out, change that secret, and name the environment variable that "
                            + "will hold the new one: username-env, password-env", line: member.line
                    ))
            } else {
                problems.append(node.unknown(member, fields.map(\.key)))
            }
        }
        for field in fields where field.isRequired && node[field.key] == nil {
            problems.append(
                node.error("\(node.what) lacks \"\(field.key)\"", "add it: \(field.about)"))
        }
        return problems
    }

    private func nameProblems(
        _ node: ConfigurationNode, _ form: TextForm, _ shape: Shape
    ) -> [OCIError] {
        var problems: [OCIError] = []
        if node.members.isEmpty {
            problems.append(
                node.error("\(node.what) is an empty mapping", "name one, or leave the key out"))
        }
        for member in node.members {
            if Self.namesSecret(member.key), form == .buildArgument {
                problems.append(
                    node.error(
                        "\"\(member.key)\" would be a secret in a file, and in the image's history",
                        "take it out and give it to the build with --secret", line: member.line))
            } else if let reason = form.refusal(of: member.key) {
                problems.append(
                    node.error(
                        "\"\(member.key)\" cannot stand in \(node.what): \(reason.message)",
                        reason.advice ?? "", line: member.line))
            }
            problems += shape.problems(in: member.value)
        }
        return problems
    }

    private var example: String {
        switch self {
        case .text(let form): ": \(form.example)"
        case .choice(let words): ": \(words.joined(separator: " or "))"
        case .list(of: .text(let form)): ": [\(form.example)]"
        case .flag: ": true or false"
        default: ""
        }
    }

    private static func namesSecret(_ key: String) -> Bool {
        let key = key.lowercased()
        return ["password", "passwd", "token", "secret"].contains { key.hasSuffix($0) }
    }

    private static func problem(_ body: () throws(OCIError) -> Void) -> [OCIError] {
        do { try body() } catch { return [error] }
        return []
    }
}

extension ConfigurationNode {
    /// `true` or `false`.
    func flag() throws(OCIError) -> Bool { try value(like: "true or false") { Bool($0) } }

    /// A whole number in a range.
    func number(_ range: ClosedRange<Int>) throws(OCIError) -> Int {
        try value(like: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) && text.first != "+" ? $0 : nil }
        }
    }
}
