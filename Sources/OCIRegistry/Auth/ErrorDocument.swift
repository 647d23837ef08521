/// What a registry says about a failure, read leniently from JSON, text, HTML or nothing at all.
///
/// OCI distribution-spec, "Error Codes"; RFC 6749, section 5.2.
public struct ErrorDocument: Sendable, Hashable {
    /// One error of the document.
    public struct Entry: Sendable, Hashable {
        /// The registry's code, such as `MANIFEST_UNKNOWN`; empty when there is none.
        public var code: String
        /// The message; may be empty.
        public var message: String
        /// The details as text; may be empty.
        public var detail: String
    }

    /// Unicode scalars that a summary has at most.
    public static let summaryLimit = 500

    /// The errors, each text bounded, without control characters and secrets.
    public var errors: [Entry]

    /// Reads a response's body. Each of `secrets` is replaced wherever it occurs.
    public init(_ body: [UInt8], redacting secrets: [String] = []) {
        let text = String(decoding: body, as: UTF8.self)
        let start = body.first { $0 > 0x20 }
        let found: [Entry]
        if start == UInt8(ascii: "{") || start == UInt8(ascii: "["),
            let value = try? JSON.decode(JSONValue.self, from: body, what: "an error document")
        {
            found = Self.entries(in: value)
        } else if start == UInt8(ascii: "<") {
            found = [Entry(code: "", message: HTMLText.text(of: text), detail: "")]
        } else {
            found = [Entry(code: "", message: text, detail: "")]
        }
        errors = found.prefix(16).map { entry in
            Entry(
                code: PlainText.line(entry.code, limit: 80, redacting: secrets),
                message: PlainText.line(
                    entry.message, limit: Self.summaryLimit, redacting: secrets),
                detail: PlainText.line(
                    entry.detail, limit: Self.summaryLimit, redacting: secrets))
        }.filter { !$0.summary.isEmpty }
    }

    /// Whether any error has this code, whatever its case.
    public func contains(code: String) -> Bool {
        errors.contains { $0.code.lowercased() == code.lowercased() }
    }

    /// All errors on one line of at most ``summaryLimit`` scalars; nil when nothing was said.
    public var summary: String? {
        let text = errors.map(\.summary).joined(separator: "; ")
        return text.isEmpty ? nil : PlainText.line(text, limit: Self.summaryLimit)
    }

    private static func entries(in document: JSONValue) -> [Entry] {
        if let list = document.object?["errors"]?.array ?? document.array {
            return list.map { Entry($0) }
        }
        if let nested = document.object?["error"], nested.object != nil { return [Entry(nested)] }
        return [Entry(document)]
    }
}

extension ErrorDocument.Entry {
    /// Takes whatever of an error's usual fields is there.
    fileprivate init(_ value: JSONValue) {
        let fields = value.object ?? [:]
        func first(_ names: String...) -> String {
            names.lazy.compactMap { fields[$0].map(Self.flat) }.first { !$0.isEmpty } ?? ""
        }
        self.init(
            code: first("code", "error"),
            message: value.string ?? first("message", "error_description", "msg", "title"),
            detail: first("detail", "details"))
    }

    fileprivate var summary: String {
        let detail = detail.isEmpty || message.contains(detail) ? "" : detail
        let said = [message, message.isEmpty || detail.isEmpty ? detail : "(\(detail))"]
            .filter { !$0.isEmpty }.joined(separator: " ")
        return [code, said].filter { !$0.isEmpty }.joined(separator: ": ")
    }

    /// A detail of any shape as words. Strings are taken as they are, without JSON's escapes,
    /// so that a secret in them is still recognised.
    private static func flat(_ value: JSONValue) -> String { flat(value, depth: 0) }

    private static func flat(_ value: JSONValue, depth: Int) -> String {
        guard depth < 6 else { return Redaction.mark }
        switch value {
        case .null: return ""
        case .bool(let value): return String(value)
        case .integer(let value): return String(value)
        case .number(let value): return String(value)
        case .string(let value): return value
        case .array(let values):
            return values.map { flat($0, depth: depth + 1) }.joined(separator: ", ")
        case .object(let fields):
            return fields.sorted { $0.key < $1.key }
                .map { "\($0.key): \(flat($0.value, depth: depth + 1))" }.joined(separator: ", ")
        }
    }
}
