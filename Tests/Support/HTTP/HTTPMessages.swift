/// Header fields in order, looked up without regard to case.
public struct HeaderFields: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One header line.
    public struct Field: Sendable, Equatable {
        /// The name as it was sent.
        public var name: String
        /// The value without surrounding white space.
        public var value: String
    }

    /// Every line, in order.
    public var fields: [Field]

    /// Fields in the order given.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value under this name; setting replaces all of that name, nil removes them.
    public subscript(name: String) -> String? {
        get {
            let name = name.lowercased()
            return fields.first { $0.name.lowercased() == name }?.value
        }
        set {
            let lowered = name.lowercased()
            fields.removeAll { $0.name.lowercased() == lowered }
            if let newValue { add(name, newValue) }
        }
    }

    /// Adds a line, keeping others of the same name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }
}

/// The head of a request as it came over the wire.
struct RequestHead: Sendable {
    var method: String
    var target: String
    var headers: HeaderFields

    /// The decoded path, without scheme and host where a proxy's form of target was used.
    var path: String { percentDecoded(rawPathAndQuery.path) }

    /// The query as sent, without the question mark.
    var query: String { String(rawPathAndQuery.query) }

    /// The values of one query parameter, decoded, in order.
    func queryValues(_ name: String) -> [String] { formValues(query, name) }

    var contentLength: Int? { headers["Content-Length"].flatMap { Int($0) } }
    var isChunked: Bool { headers["Transfer-Encoding"]?.lowercased() == "chunked" }
    var expectsContinue: Bool { headers["Expect"]?.lowercased() == "100-continue" }
    var wantsClose: Bool { headers["Connection"]?.lowercased() == "close" }

    private var rawPathAndQuery: (path: Substring, query: Substring) {
        var rest = Substring(target)
        if let authority = rest.firstRange(of: "://") {
            let after = rest[authority.upperBound...]
            rest = after.firstIndex(of: "/").map { after[$0...] } ?? "/"
        }
        guard let mark = rest.firstIndex(of: "?") else { return (rest, "") }
        return (rest[..<mark], rest[rest.index(after: mark)...])
    }
}

/// A reply before it is sent.
struct Response: Sendable {
    /// The status code.
    var status: Int
    /// The header fields; `Content-Length` is added from the body when it is absent.
    var headers: HeaderFields
    /// The body; for a HEAD request only its length is sent.
    var body: [UInt8]

    /// A reply with its parts.
    init(_ status: Int, headers: HeaderFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The decoded values of one name in `a=b&c=d` text.
func formValues(_ text: String, _ name: String) -> [String] {
    text.split(separator: "&").compactMap { pair in
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard percentDecoded(parts[0]) == name else { return nil }
        return parts.count == 2 ? percentDecoded(parts[1].replacing("+", with: " ")) : ""
    }
}

/// Text with its `%XX` sequences turned into the bytes they stand for.
func percentDecoded(_ text: some StringProtocol) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        let digits = rest.prefix(2)
        if byte == UInt8(ascii: "%"), digits.count == 2,
            let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        {
            bytes.append(value)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
