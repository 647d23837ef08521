public import OCIRegistry

/// A part of a configuration file that knows where it stands, so that every mistake is named with its
/// line and its cure.
public struct ConfigurationNode: Sendable {
    /// What a part holds.
    indirect enum Content: Sendable {
        case text(String, isNull: Bool)
        case list([ConfigurationNode])
        case mapping([Member])
    }

    /// A key with its value.
    public struct Member: Sendable {
        /// The key.
        public let key: String
        /// The key's line, from 1.
        public let line: Int
        /// The value.
        public let value: ConfigurationNode
    }

    let content: Content
    /// The file, as errors name it.
    public let file: String
    /// The line where it starts, from 1.
    public let line: Int
    /// What it is, as errors name it: its key in quotes.
    public let what: String

    /// An error at this place, or in another line of the file.
    public func error(_ problem: String, _ advice: String, line: Int? = nil) -> OCIError {
        OCIError(
            .configuration, "line \(line ?? self.line): \(problem)", subject: file, advice: advice)
    }

    /// The keys and values in order; none where it is no mapping.
    public var members: [Member] {
        if case .mapping(let members) = content { members } else { [] }
    }

    /// The entries in order; nil where it is no list.
    public var items: [ConfigurationNode]? {
        if case .list(let items) = content { items } else { nil }
    }

    /// The value of a key.
    public subscript(key: String) -> ConfigurationNode? {
        members.first { $0.key == key }?.value
    }

    /// Whether there are keys and values here.
    public var isMapping: Bool { if case .mapping = content { true } else { false } }

    /// Whether the value is `null`, `~` or nothing.
    public var isNull: Bool { if case .text(_, let isNull) = content { isNull } else { false } }

    /// Throws ``OCIError`` (configuration) if it is no mapping, or has any other key.
    public func allow(_ keys: [String]) throws(OCIError) {
        guard isMapping else {
            throw error("\(what) is not a mapping", "write it as \"key: value\"")
        }
        for member in members where !keys.contains(member.key) { throw unknown(member, keys) }
    }

    /// The error for a key that there is not.
    public func unknown(_ member: Member, _ keys: [String]) -> OCIError {
        error(
            "\(what) has no \"\(member.key)\"", "use one of: \(keys.joined(separator: ", "))",
            line: member.line)
    }

    /// The text of a single value. Throws ``OCIError`` (configuration) for a list or mapping.
    public func text() throws(OCIError) -> String {
        guard case .text(let text, _) = content else {
            throw error("\(what) is not text", "write one value, in quotes where in doubt")
        }
        return text
    }

    /// A value made of the text, or an error that shows what it should look like.
    public func value<Value>(
        like example: String, _ read: (String) -> Value?
    ) throws(OCIError) -> Value {
        let text = try text()
        guard let value = read(text) else {
            throw error("\(what) cannot be \"\(text)\"", "write it like \(example)")
        }
        return value
    }

    /// A value made of the text, by something whose errors say what is wrong but not where.
    public func value<Value>(
        _ read: (String) throws(OCIError) -> Value
    ) throws(OCIError) -> Value {
        let text = try text()
        do { return try read(text) } catch { throw self.error(error.message, error.advice ?? "") }
    }

    /// Throws ``OCIError`` (configuration) unless the value is `true`.
    public func confirm() throws(OCIError) {
        try value(like: "\(what): true, or leave it out") { $0 == "true" ? () : nil }
    }

    /// The same under another name in errors.
    public func called(_ what: String) -> ConfigurationNode {
        ConfigurationNode(content: content, file: file, line: line, what: what)
    }
}
