/// A repository's name within a registry, such as `roctinam/matric-memory/builder`.
///
/// Components are `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, joined by `/`. OCI distribution-spec,
/// "Pulling manifests".
public struct RepositoryName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name as written.
    public let description: String

    /// Checks a name. Throws ``OCIError`` (usage) when it is not legal.
    public init(_ text: some StringProtocol) throws(OCIError) {
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.utf8.count <= 255, components.allSatisfy({ Self.isComponent($0.utf8) }) else {
            let lowered = text.lowercased()
            throw OCIError(
                .usage, "'\(text.prefix(300))' is not a repository name",
                advice: lowered == text
                    ? "a name is lower-case letters and digits, joined by '.', '_', '__', '-' or '/'"
                    : "repository names are lower-case: try '\(lowered.prefix(300))'")
        }
        description = String(text)
    }

    private static func isComponent(_ bytes: some Collection<UInt8>) -> Bool {
        var separator: [UInt8] = []
        var sawWord = false
        for byte in bytes {
            if ASCII.isLower(byte) || ASCII.isDigit(byte) {
                guard separator.isEmpty || (sawWord && isSeparator(separator)) else { return false }
                separator.removeAll(keepingCapacity: true)
                sawWord = true
            } else {
                separator.append(byte)
            }
        }
        return sawWord && separator.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        bytes == Array(".".utf8) || bytes == Array("_".utf8) || bytes == Array("__".utf8)
            || bytes.allSatisfy { $0 == UInt8(ascii: "-") }
    }

    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension RepositoryName: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
