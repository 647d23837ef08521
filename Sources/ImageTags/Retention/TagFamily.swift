public import OCIRegistry

/// Tags of one kind, by what they have in common: `sha-*`, `bundle-*`, versions.
public enum TagFamily {
    /// The family of versions without anything before them.
    public static let versions = "versions"
    /// The family of tags that tie something to a digest.
    public static let attachments = "signatures and the like"
    /// What is held by its digest, or named by an index, and no tag at all.
    public static let untagged = "untagged"

    /// The family that a tag belongs to: its words with numbers, versions and hashes left out.
    public static func name(_ tag: Tag) -> String {
        if Attachment(tag) != nil { return attachments }
        let text = tag.description
        let plain = text.first == "v" ? text.dropFirst() : text[...]
        if Version(parsing: plain, .semver) != nil { return versions }
        var words: [Substring] = []
        for word in text.split(separator: "-", omittingEmptySubsequences: false) {
            if !isVariable(word) {
                words.append(word)
            } else if words.last != "*" {
                words.append("*")
            }
        }
        let name = words.joined(separator: "-")
        return name == "*" ? "numbers and hashes" : name
    }

    /// Whether a word differs from build to build: it has a digit and looks like a number, version or hash.
    private static func isVariable(_ word: Substring) -> Bool {
        guard word.utf8.contains(where: { (0x30...0x39).contains($0) }) else {
            return word.utf8.count >= 7 && word.utf8.allSatisfy(isHexadecimal)
        }
        let isNumber = word.utf8.allSatisfy {
            (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".")
        }
        return isNumber || word.utf8.count >= 7 && word.utf8.allSatisfy(isHexadecimal)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
