/// A tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. OCI distribution-spec, "Pulling manifests".
public struct Tag: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The tag as written.
    public let description: String

    /// Checks a tag. Throws ``OCIError`` (usage) when it is not legal.
    public init(_ text: some StringProtocol) throws(OCIError) {
        let bytes = text.utf8
        func isWord(_ byte: UInt8) -> Bool {
            ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "_")
        }
        guard let first = bytes.first, bytes.count <= 128, isWord(first),
            bytes.allSatisfy({
                isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            })
        else {
            throw OCIError(
                .usage, "'\(text.prefix(200))' is not a tag",
                advice: "a tag is 1 to 128 letters, digits, '_', '.' and '-', and starts with a "
                    + "letter, digit or '_'")
        }
        description = String(text)
    }

    public static func < (left: Tag, right: Tag) -> Bool { left.description < right.description }
}

extension Tag: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Tests on single bytes of ASCII text.
enum ASCII {
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
    static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLower(byte) || isUpper(byte)
    }
}
