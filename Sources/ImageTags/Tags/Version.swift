public import OCIRegistry

/// How versions are written.
public enum VersionScheme: String, Sendable, Hashable, CaseIterable {
    /// `YYYY.M.PATCH`: the year and month of a release, then a count. calver.org.
    case calver
    /// `MAJOR.MINOR.PATCH`. Semantic Versioning 2.0.0.
    case semver

    /// One that is right, for messages.
    public var example: String {
        switch self {
        case .calver: "2026.7.10"
        case .semver: "1.4.2"
        }
    }
}

/// A version, compared by number: 2026.7.10 is newer than 2026.7.9.
///
/// Numbers have no leading zeros. What follows a hyphen makes it a pre-release, which comes before the
/// release and is compared as Semantic Versioning 2.0.0, section 11, says. Build metadata (`+…`) cannot
/// stand in a tag and is not taken.
public struct Version: Sendable, Hashable, CustomStringConvertible {
    /// How it is written.
    public let scheme: VersionScheme
    /// Year or major version.
    public let major: UInt64
    /// Month or minor version.
    public let minor: UInt64
    /// The count or patch version.
    public let patch: UInt64
    /// What follows the hyphen, between its dots; empty for a release.
    public let prerelease: [Identifier]

    /// One part of what makes a pre-release.
    public enum Identifier: Sendable, Hashable, Comparable, CustomStringConvertible {
        /// Compared as a number, and before every word.
        case number(UInt64)
        /// Compared by its bytes.
        case word(String)

        /// As it is written.
        public var description: String {
            switch self {
            case .number(let number): "\(number)"
            case .word(let word): word
            }
        }
    }

    /// As it is written.
    public var description: String {
        let release = "\(major).\(minor).\(patch)"
        return prerelease.isEmpty
            ? release : release + "-" + prerelease.map(\.description).joined(separator: ".")
    }

    /// Whether it comes before a release, and so never moves a release's alias.
    public var isPrerelease: Bool { !prerelease.isEmpty }

    /// Reads a version. Throws ``OCIError`` (usage) when it is not one of the scheme.
    public init(_ text: some StringProtocol, _ scheme: VersionScheme) throws(OCIError) {
        guard let version = Version(parsing: text, scheme) else {
            throw OCIError(
                .usage, "'\(text.prefix(200))' is no \(scheme.rawValue) version",
                advice: "a version looks like \(scheme.example), without leading zeros")
        }
        self = version
    }

    /// Reads a version; nil when it is not one of the scheme.
    public init?(parsing text: some StringProtocol, _ scheme: VersionScheme) {
        // Longer ones could not be tags.
        guard text.utf8.count <= 128 else { return nil }
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, let major = Self.number(numbers[0]),
            let minor = Self.number(numbers[1]), let patch = Self.number(numbers[2])
        else { return nil }
        if scheme == .calver {
            guard (2000...9999).contains(major), (1...12).contains(minor) else { return nil }
        }
        var prerelease: [Identifier] = []
        if halves.count == 2 {
            for part in halves[1].split(separator: ".", omittingEmptySubsequences: false) {
                guard let identifier = Self.identifier(part) else { return nil }
                prerelease.append(identifier)
            }
        }
        self.scheme = scheme
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
    }

    private static func number(_ text: some StringProtocol) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.count == 1 || text.utf8.first != 0x30
        else { return nil }
        return UInt64(text)
    }

    private static func identifier(_ text: some StringProtocol) -> Identifier? {
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return number(text).map { .number($0) }
        }
        let isWord = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "-")
        }
        return isWord ? .word(String(text)) : nil
    }
}

extension Version: Comparable {
    /// Semantic Versioning 2.0.0, section 11.
    public static func < (left: Version, right: Version) -> Bool {
        let numbers = (left.major, left.minor, left.patch)
        let others = (right.major, right.minor, right.patch)
        if numbers != others { return numbers < others }
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        return left.prerelease.lexicographicallyPrecedes(right.prerelease)
    }
}
