/// One difference between what should be in a registry and what is.
public struct Finding: Sendable, Hashable, Encodable, CustomStringConvertible {
    /// What sort of difference it is.
    public enum Kind: String, Sendable, Hashable, Encodable {
        /// Something is other than expected: a tag names another digest.
        case drift
        /// Something is not there.
        case missing
        /// Something is there with another size, in bytes.
        case size
        /// The registry serves bytes that do not have the digest.
        case corrupt
        /// Who has no credentials may not read it.
        case denied
        /// What was to be put there never was, as its own receipt says.
        case incomplete
    }

    /// What sort of difference it is.
    public var kind: Kind
    /// What it is about: `HOST/REPOSITORY`, with `:TAG` or `@DIGEST`.
    public var reference: String
    /// What should be: a digest, a size, a type.
    public var expected: String?
    /// What is.
    public var observed: String?
    /// What helps to understand it.
    public var note: String?

    /// Puts a finding together.
    public init(
        _ kind: Kind, _ reference: String, expected: String? = nil, observed: String? = nil,
        note: String? = nil
    ) {
        self.kind = kind
        self.reference = reference
        self.expected = expected
        self.observed = observed
        self.note = note
    }

    /// One line: `KIND REFERENCE [expected …] [observed …] [(note)]`.
    public var description: String {
        "\(kind.rawValue) \(reference)" + (expected.map { " expected \($0)" } ?? "")
            + (observed.map { " observed \($0)" } ?? "") + (note.map { " (\($0))" } ?? "")
    }
}
