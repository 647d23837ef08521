/// A content digest: an algorithm and the hash in lower-case hexadecimal.
///
/// Once one exists it is well formed. OCI image-spec, descriptor.md, "Digests".
public struct Digest: Sendable, Hashable, Comparable {
    /// The registered algorithms of the image specification.
    public enum Algorithm: String, Sendable, CaseIterable {
        case sha256
        case sha512

        /// Hexadecimal digits in an encoded hash.
        public var hexCount: Int { self == .sha256 ? 64 : 128 }
    }

    /// The hash function.
    public let algorithm: Algorithm
    /// The hash, in lower-case hexadecimal.
    public let hex: String

    /// Takes an encoded hash; nil unless it has the algorithm's length and only lower-case digits.
    public init?(_ algorithm: Algorithm, hex: some StringProtocol) {
        guard hex.utf8.count == algorithm.hexCount,
            hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.algorithm = algorithm
        self.hex = String(hex)
    }

    /// Parses `algorithm:hex`. Throws ``OCIError`` (bad data) for anything else.
    public init(parsing text: some StringProtocol) throws(OCIError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])),
            let digest = Digest(algorithm, hex: parts[1])
        else {
            throw OCIError(
                .badData, "'\(text.prefix(200))' is not a digest",
                advice: "a digest is sha256: or sha512: and lower-case hexadecimal digits")
        }
        self = digest
    }

    public static func < (left: Digest, right: Digest) -> Bool {
        left.description < right.description
    }
}

extension Digest: CustomStringConvertible {
    /// `algorithm:hex`.
    public var description: String { "\(algorithm.rawValue):\(hex)" }

    /// The first twelve digits of the hash, for people.
    public var short: String { String(hex.prefix(12)) }
}

extension Digest: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
