/// Reads one `WWW-Authenticate` line. RFC 9110, section 11.6.1, whose grammar lets commas part
/// both challenges and the parameters of one challenge.
struct ChallengeParser {
    private let bytes: [UInt8]
    private var index = 0

    init(_ line: String) { bytes = Array(line.utf8) }

    mutating func challenges() -> [Challenge] {
        var found: [Challenge] = []
        while skipSeparators() {
            let name = takeToken()
            guard !name.isEmpty else {
                skipJunk()
                continue
            }
            if let last = found.indices.last, let value = takeParameterValue() {
                let key = name.lowercased()
                if found[last].parameters[key] == nil { found[last].parameters[key] = value }
            } else {
                found.append(Challenge(scheme: name, token68: takeToken68()))
            }
        }
        return found
    }

    /// Moves to the next thing that is neither white space nor a comma; false at the end.
    private mutating func skipSeparators() -> Bool {
        while let byte = peek, Self.isSpace(byte) || byte == Self.comma { index += 1 }
        return peek != nil
    }

    /// Leaves out something that is no token: a whole quoted string, or one byte.
    private mutating func skipJunk() {
        if peek == Self.quote { _ = takeQuotedString() } else { index += 1 }
    }

    /// `= value` with the white space that RFC 9110 calls bad; nil, nothing consumed, without `=`.
    private mutating func takeParameterValue() -> String? {
        let start = index
        skipSpace()
        guard peek == Self.equals else {
            index = start
            return nil
        }
        index += 1
        skipSpace()
        return peek == Self.quote ? takeQuotedString() : takeBareValue()
    }

    /// A value without quotes. URLs are seen here although they are no tokens, so this reads on
    /// to the next comma or white space.
    private mutating func takeBareValue() -> String {
        let start = index
        while let byte = peek, byte != Self.comma, !Self.isSpace(byte) { index += 1 }
        return text(from: start)
    }

    /// A quoted string with its escapes undone; one without an end reaches to the end of the line.
    private mutating func takeQuotedString() -> String {
        index += 1
        var value: [UInt8] = []
        while let byte = peek {
            index += 1
            if byte == Self.quote { break }
            if byte == UInt8(ascii: "\\"), let escaped = peek {
                index += 1
                value.append(escaped)
            } else {
                value.append(byte)
            }
        }
        return String(decoding: value, as: UTF8.self)
    }

    /// A token68 after a scheme: only where white space precedes it and nothing else follows it
    /// before a comma or the end.
    private mutating func takeToken68() -> String? {
        let start = index
        skipSpace()
        let first = index
        while let byte = peek, Self.isToken68(byte) { index += 1 }
        let end = index
        while peek == Self.equals { index += 1 }
        let last = index
        skipSpace()
        guard start < first, first < end, peek == nil || peek == Self.comma else {
            index = start
            return nil
        }
        return String(decoding: bytes[first..<last], as: UTF8.self)
    }

    private mutating func takeToken() -> String {
        let start = index
        while let byte = peek, Self.isTokenByte(byte) { index += 1 }
        return text(from: start)
    }

    private mutating func skipSpace() {
        while let byte = peek, Self.isSpace(byte) { index += 1 }
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func text(from start: Int) -> String {
        String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static let comma = UInt8(ascii: ",")
    private static let equals = UInt8(ascii: "=")
    private static let quote = UInt8(ascii: "\"")
    private static let tokenMarks = Array("!#$%&'*+-.^_`|~".utf8)
    private static let token68Marks = Array("-._~+/".utf8)

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || tokenMarks.contains(byte)
    }

    private static func isToken68(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || token68Marks.contains(byte)
    }
}
