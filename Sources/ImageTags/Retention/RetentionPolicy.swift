public import OCIRegistry

/// What is kept of one repository. Keeping beats deleting: what any part of it takes, stays.
public struct RetentionPolicy: Sendable, Hashable, Codable {
    /// Tags that no rule is needed for.
    public struct Protected: Sendable, Hashable, Codable {
        /// The tags.
        public var pattern: TagPattern
        /// Why: `a rolling tag of image builder`.
        public var why: String

        /// Protects tags.
        public init(_ pattern: TagPattern, why: String) {
            self.pattern = pattern
            self.why = why
        }
    }

    /// How much one prune may delete without a word.
    public struct Limits: Sendable, Hashable, Codable {
        /// Digests, of all repositories together.
        public var count: Int?
        /// Percent of a repository's digests.
        public var percent: Int?

        /// Limits; nil for none.
        public init(count: Int? = nil, percent: Int? = nil) {
            self.count = count
            self.percent = percent
        }
    }

    /// Without rules everything is kept.
    public var keep: [KeepRule]
    /// Tags that are kept whatever the rules say.
    public var protected: [Protected]
    /// Seconds in which nothing is deleted after it came.
    public var grace: Int64
    /// How much one prune may delete.
    public var limits: Limits

    /// A policy.
    public init(
        keep: [KeepRule] = [], protected: [Protected] = [], grace: Int64 = defaultGrace,
        limits: Limits = Limits()
    ) {
        self.keep = keep
        self.protected = protected
        self.grace = grace
        self.limits = limits
    }

    /// A day: longer than any publish takes.
    public static let defaultGrace: Int64 = 86_400

    /// The digest of its canonical JSON.
    public var hash: Digest { SHA2.digest(of: JSON.encode(self)) }
}

/// What a rule keeps.
public enum KeepRule: Sendable, Hashable, Codable {
    /// Tags that any of the patterns fits. With `newest`, those on so many of the newest digests; with
    /// `youngerThan`, in seconds, those that came within that time; with both, what either takes.
    case tags([TagPattern], newest: Int? = nil, youngerThan: Int64? = nil)
    /// The newest versions.
    case versions(VersionRule)
}

/// The newest patches of the newest minors. Pre-releases are counted apart, by the same numbers unless
/// told otherwise, so that none takes a release's place. Calendar versions are counted apart from
/// semantic ones.
public struct VersionRule: Sendable, Hashable, Codable {
    /// What stands before the version: `bundle-`. Nothing, or a `v`, where it is empty.
    public var prefix: String
    /// So many of the newest minors: of `MAJOR.MINOR`, of `YYYY.M`.
    public var minors: Int
    /// Of each of these minors, so many of the newest versions.
    public var patches: Int
    /// The same for pre-releases; nil for as many as `patches`.
    public var prereleases: Int?

    /// A rule.
    public init(prefix: String = "", minors: Int, patches: Int, prereleases: Int? = nil) {
        self.prefix = prefix
        self.minors = minors
        self.patches = patches
        self.prereleases = prereleases
    }

    /// The version that a tag names in this rule; nil where it names none.
    func version(of tag: Tag, foldingCase: Bool) -> Version? {
        let text = tag.description
        let wanted = foldingCase ? prefix.lowercased() : prefix
        guard text.hasPrefix(wanted) else { return nil }
        var rest = text.dropFirst(wanted.count)
        if wanted.isEmpty, rest.first == "v" { rest = rest.dropFirst() }
        return Version(parsing: rest, .calver) ?? Version(parsing: rest, .semver)
    }
}

extension KeepRule: CustomStringConvertible {
    /// The rule in the words of `publisher.yaml`, on one line.
    public var description: String {
        switch self {
        case .tags(let patterns, let newest, let age):
            var text = "tags \(patterns.map(\.description).joined(separator: ", "))"
            if let newest { text += ", newest \(newest)" }
            if let age { text += ", younger than \(Span.text(age))" }
            return text
        case .versions(let rule):
            let prefix = rule.prefix.isEmpty ? "" : " after '\(rule.prefix)'"
            return "versions\(prefix): \(rule.patches) of each of \(rule.minors) minors"
        }
    }

    /// Whether it has its say about a tag.
    public func isAbout(_ tag: Tag, foldingCase: Bool) -> Bool {
        switch self {
        case .tags(let patterns, _, _):
            patterns.contains { $0.matches(tag, foldingCase: foldingCase) }
        case .versions(let rule): rule.version(of: tag, foldingCase: foldingCase) != nil
        }
    }
}

/// Spans of time for people.
public enum Span {
    /// Seconds in the largest unit of which they are a whole number: `14d`, `90m`.
    public static func text(_ seconds: Int64) -> String {
        for (size, unit) in [(86_400, "d"), (3600, "h"), (60, "m")] as [(Int64, String)]
        where seconds >= size && seconds % size == 0 {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }

    /// How long something took or is old, roughly: `3 d`, `5 h`, `2 min`.
    public static func rough(_ seconds: Int64) -> String {
        if seconds >= 2 * 86_400 { return "\(seconds / 86_400) d" }
        if seconds >= 2 * 3600 { return "\(seconds / 3600) h" }
        return "\(max(0, seconds) / 60) min"
    }
}
