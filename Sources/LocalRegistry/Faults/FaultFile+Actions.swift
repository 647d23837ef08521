import ConfigurationFile
import HTTPTypes
import OCIRegistry

extension Fault {
    private static let settings = ["on", "skip", "times"]
    private static let actions = [
        "status", "refuse", "delay", "drop-after-receiving", "drop-after-sending", "truncate",
        "corrupt", "corrupt-request", "replace-body", "rewrite-headers", "lose-reply",
        "expire-tokens", "throttle",
    ]
    private static let replyParts = ["headers", "body"]

    /// One entry of a faults file. Throws ``OCIError`` (configuration).
    init(_ entry: ConfigurationNode) throws(OCIError) {
        try entry.allow(Self.settings + Self.actions + Self.replyParts)
        let found = entry.members.filter { Self.actions.contains($0.key) }
        guard found.count == 1, let chosen = found.first else {
            let number = found.isEmpty ? "no action" : "more than one action"
            throw entry.error(
                "a fault with \(number)", "give it one of: \(Self.actions.joined(separator: ", "))")
        }
        if chosen.key != "status", chosen.key != "refuse" {
            for part in Self.replyParts {
                guard let extra = entry[part] else { continue }
                throw extra.error(
                    "\"\(part)\" does not go with \"\(chosen.key)\"",
                    "use it with status or refuse, or see rewrite-headers and replace-body")
            }
        }
        var pattern: RequestPattern = "*"
        if let on = entry["on"] { pattern = try on.value(RequestPattern.init(_:)) }
        let skip = try entry["skip"]?.value(like: "skip: 1", Self.count)
        let times = try entry["times"]?.value(like: "times: 2, or times: always") { text in
            text == "always" ? Fault.always : Self.count(text).flatMap { $0 > 0 ? $0 : nil }
        }
        self.init(
            on: pattern, skip: skip ?? 0, times: times ?? 1,
            try Action(chosen.key, chosen.value, in: entry))
    }

    private static func count(_ text: String) -> Int? {
        Int(text).flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
    }
}

extension Fault.Action {
    fileprivate init(
        _ key: String, _ value: ConfigurationNode, in entry: ConfigurationNode
    ) throws(OCIError) {
        switch key {
        case "status":
            self = .status(
                try Self.status(value), headers: try Self.headers(entry), body: try Self.body(entry)
            )
        case "refuse":
            self = .refuse(
                try Self.status(value), headers: try Self.headers(entry), body: try Self.body(entry)
            )
        case "delay":
            self = .delay(try value.value(like: "500ms or 2s", Quantity.duration))
        case "drop-after-receiving": self = .dropAfterReceiving(try Self.bytes(value))
        case "drop-after-sending": self = .dropAfterSending(try Self.bytes(value))
        case "truncate": self = .truncate(try Self.bytes(value))
        case "corrupt": self = .corruptReply(at: try Self.bytes(value))
        case "corrupt-request": self = .corruptRequest(at: try Self.bytes(value))
        case "replace-body": self = .replaceBody(Array(try value.text().utf8))
        case "rewrite-headers": self = .rewriteHeaders(try Self.changes(value))
        case "throttle":
            self = .throttle(
                bytesPerSecond: try value.value(like: "1MB/s", Quantity.bytesPerSecond))
        case "lose-reply":
            try value.confirm()
            self = .loseReply
        default:
            try value.confirm()
            self = .expireTokens
        }
    }

    private static func status(_ node: ConfigurationNode) throws(OCIError) -> HTTPResponse.Status {
        try node.value(like: "503") { text in
            Int(text).flatMap { (200...599).contains($0) ? HTTPResponse.Status(code: $0) : nil }
        }
    }

    private static func bytes(_ node: ConfigurationNode) throws(OCIError) -> Int {
        try node.value(like: "1000 or 64KiB") { Quantity.bytes($0) }
    }

    private static func body(_ entry: ConfigurationNode) throws(OCIError) -> [UInt8] {
        try entry["body"].map { (node) throws(OCIError) in Array(try node.text().utf8) } ?? []
    }

    private static func headers(_ entry: ConfigurationNode) throws(OCIError) -> HTTPFields {
        guard let node = entry["headers"] else { return [:] }
        var fields = HTTPFields()
        for (name, value) in try changes(node) {
            guard let value else {
                throw node.error("\"\(name)\" has no value", "write it in quotes")
            }
            fields[name] = value
        }
        return fields
    }

    /// Headers with their values, nil for `null`.
    private static func changes(_ node: ConfigurationNode) throws(OCIError) -> [HTTPField.Name:
        String?]
    {
        guard node.isMapping else {
            throw node.error("headers are not a mapping", "write {Name: value}")
        }
        var changes: [HTTPField.Name: String?] = [:]
        for member in node.members {
            let (key, node) = (member.key, member.value)
            guard let name = HTTPField.Name(key) else {
                throw node.error(
                    "\"\(key)\" cannot be a header's name", "use letters, digits and -")
            }
            let value = node.isNull ? nil : try node.text()
            guard value.map(HTTPField.isValidValue) != false else {
                throw node.error(
                    "\(name) has a value that no header can have", "keep it on one line")
            }
            changes[name] = .some(value)
        }
        return changes
    }
}
