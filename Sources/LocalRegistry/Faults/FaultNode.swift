import OCIRegistry
import Yams

/// A part of a faults file that knows where it stands.
struct FaultNode {
    let node: Node
    private let name: String
    private let what: String

    init(_ node: Node, name: String, what: String) throws(OCIError) {
        self.init(unchecked: node, name: name, what: what)
        guard isMapping else {
            throw error("\(what) is not a mapping", "write it as \"key: value\"")
        }
    }

    private init(unchecked node: Node, name: String, what: String) {
        self.node = node
        self.name = name
        self.what = what
    }

    /// An error at this place.
    func error(_ problem: String, _ advice: String) -> OCIError {
        let place = node.mark.map { "line \($0.line): " } ?? ""
        return OCIError(.configuration, place + problem, subject: name, advice: advice)
    }

    /// The values and their keys in order; keys that are not text are left out.
    var members: [(key: String, value: FaultNode)] {
        guard case .mapping(let pairs) = node else { return [] }
        return pairs.compactMap { key, value in
            guard case .scalar(let key) = key else { return nil }
            return (key.string, FaultNode(unchecked: value, name: name, what: "\"\(key.string)\""))
        }
    }

    subscript(key: String) -> FaultNode? { members.first { $0.key == key }?.value }

    /// Throws if there is any other key.
    func allow(_ keys: [String]) throws(OCIError) {
        guard case .mapping(let pairs) = node else { return }
        for (key, _) in pairs {
            let text = key.scalar?.string
            guard text.map(keys.contains) != true else { continue }
            let place = FaultNode(unchecked: key, name: name, what: what)
            throw place.error(
                "\(what) has no \(text.map { "\"\($0)\"" } ?? "such key")",
                "use one of: \(keys.joined(separator: ", "))")
        }
    }

    /// Whether there are keys and values here.
    var isMapping: Bool { if case .mapping = node { true } else { false } }

    /// Whether the value is `null`, `~` or nothing.
    var isNull: Bool { node.scalar != nil && node.null != nil }

    /// The text of a scalar.
    func text() throws(OCIError) -> String {
        guard case .scalar(let scalar) = node else {
            throw error("\(what) is not text", "write one value, in quotes where in doubt")
        }
        return scalar.string
    }

    /// A value made of the text, or an error that shows what it should look like.
    func value<Value>(like example: String, _ read: (String) -> Value?) throws(OCIError) -> Value {
        let text = try text()
        guard let value = read(text) else {
            throw error("\(what) cannot be \"\(text)\"", "write it like \(example)")
        }
        return value
    }

    /// Throws unless the value is `true`.
    func confirm() throws(OCIError) {
        try value(like: "\(what): true, or leave it out") { $0 == "true" ? () : nil }
    }
}
