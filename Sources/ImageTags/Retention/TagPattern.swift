public import OCIRegistry

/// Tags, in which `*` stands for any text: `latest`, `sha-*`, `*`. It has to fit the whole tag.
public struct TagPattern: Sendable, Hashable, CustomStringConvertible {
    /// The pattern as written.
    public let description: String
    /// What stands between the stars.
    private let parts: [Substring]

    /// Takes a pattern.
    public init(_ text: String) {
        description = text
        parts = text.split(separator: "*", omittingEmptySubsequences: false)
    }

    /// Whether it is the name of a single tag.
    public var isLiteral: Bool { parts.count == 1 }

    /// Whether a tag fits.
    ///
    /// - Parameter foldingCase: whether letters count the same in either case, as on Gitea.
    public func matches(_ tag: Tag, foldingCase: Bool = false) -> Bool {
        let text = foldingCase ? tag.description.lowercased() : tag.description
        let parts =
            foldingCase
            ? description.lowercased().split(separator: "*", omittingEmptySubsequences: false)
            : parts
        guard let first = parts.first, let last = parts.last, parts.count > 1 else {
            return text == parts.first ?? ""
        }
        guard text.utf8.count >= first.utf8.count + last.utf8.count, text.hasPrefix(first),
            text.hasSuffix(last)
        else { return false }
        var rest = Array(text.utf8.dropFirst(first.utf8.count).dropLast(last.utf8.count))[...]
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            // The first place is as good as any: what follows has the more room.
            let wanted = Array(part.utf8)
            guard let end = Self.end(of: wanted, in: rest) else { return false }
            rest = rest[end...]
        }
        return true
    }

    private static func end(of wanted: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        var start = text.startIndex
        while start + wanted.count <= text.endIndex {
            if text[start..<(start + wanted.count)].elementsEqual(wanted) {
                return start + wanted.count
            }
            start += 1
        }
        return nil
    }
}

extension TagPattern: Codable {
    /// Reads the pattern's text.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the pattern's text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
