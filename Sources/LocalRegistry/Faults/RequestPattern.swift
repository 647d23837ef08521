import HTTPTypes
public import OCIRegistry

/// Which requests a fault is for: `[METHOD] [PATH][?QUERY]`.
///
/// In the path `*` stands for any text without a slash, `**` for any text; the path is compared
/// after percent-decoding. The query is a list of items joined by `&`, with the same stars, each of
/// which the request must have in any order: `POST /v2/**/uploads/?mount=*`. `*` alone is every
/// request, and what is left out does not matter.
public struct RequestPattern: Sendable, Hashable {
    /// The pattern as it was written.
    public let text: String
    private let method: HTTPRequest.Method?
    private let path: Glob?
    private let query: [Glob]

    /// Reads a pattern. Throws ``OCIError`` (configuration) that says what is wrong with it.
    public init(_ text: String) throws(OCIError) {
        self.text = text
        var words = text.split(separator: " ")[...]
        guard (1...2).contains(words.count) else { throw Self.error("\"\(text)\" is no request") }
        if words.count == 2, words.first == "*" {
            method = nil
            words = words.dropFirst()
        } else if let word = words.first, word != "*", !word.hasPrefix("/"), !word.hasPrefix("?") {
            guard let method = Self.methods.first(where: { $0.rawValue == word }) else {
                throw Self.error("\"\(word)\" is neither a method in capitals nor a path")
            }
            self.method = method
            words = words.dropFirst()
        } else {
            method = nil
        }
        guard words.count < 2 else { throw Self.error("\"\(text)\" has two paths") }
        let target = words.first ?? "*"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0]
        guard path.isEmpty || path == "*" || path.hasPrefix("/") || path.hasPrefix("**") else {
            throw Self.error("the path \"\(path)\" does not start with /")
        }
        self.path = path.isEmpty || path == "*" ? nil : Glob(path)
        query = parts.count < 2 ? [] : parts[1].split(separator: "&").map { Glob($0) }
    }

    /// Whether a request fits.
    func matches(method: HTTPRequest.Method, path: String, query: String?) -> Bool {
        if let wanted = self.method, wanted != method { return false }
        if let glob = self.path, !glob.matches(Self.decoded(path)) { return false }
        guard !self.query.isEmpty else { return true }
        let items = (query ?? "").split(separator: "&")
        return self.query.allSatisfy { glob in items.contains { glob.matches($0) } }
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .connect, .trace,
    ]

    /// The bytes that `%XX` sequences stand for, and everything else as it is.
    private static func decoded(_ path: String) -> String {
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2,
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func error(_ message: String) -> OCIError {
        OCIError(.configuration, message, advice: "write it like \"PUT /v2/**/manifests/*\"")
    }
}

extension RequestPattern: CustomStringConvertible {
    /// The pattern as it was written.
    public var description: String { text }
}

extension RequestPattern: ExpressibleByStringLiteral {
    /// A pattern in a program's text; one that is wrong stops the program.
    public init(stringLiteral text: String) {
        do throws(OCIError) {
            try self.init(text)
        } catch {
            preconditionFailure(error.message)
        }
    }
}
