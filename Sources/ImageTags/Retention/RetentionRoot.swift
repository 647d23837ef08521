public import OCIRegistry

/// Something outside of a repository that needs what is in it: a pin in a file, a record of a run, a receipt,
/// the way back from a promotion, a push that is under way.
public struct RetentionRoot: Sendable, Hashable, Codable {
    /// What sort of need it is.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A reference in a file or lockfile.
        case pin
        /// What a run used or made.
        case run
        /// What a receipt says was published.
        case receipt
        /// What a promotion would be taken back to.
        case rollback
        /// What a push that is under way has put there or is about to name.
        case push
    }

    /// What sort of need it is.
    public var kind: Kind
    /// The digest that is needed. It counts in every repository: a registry has many names.
    public var digest: Digest?
    /// The tag that is needed, of ``repository``.
    public var tag: Tag?
    /// The repository of ``tag``, without a host: mirrors have the same names.
    public var repository: RepositoryName?
    /// Where it is used: `build/Dockerfile:3`, `run 4711`.
    public var usedBy: String

    /// Needs a digest.
    public init(_ kind: Kind, _ digest: Digest, usedBy: String) {
        self.kind = kind
        self.digest = digest
        self.usedBy = usedBy
    }

    /// Needs what a reference names: its digest, and its tag where it has one.
    public init(_ kind: Kind, _ reference: Reference, usedBy: String) {
        self.kind = kind
        self.digest = reference.digest
        self.tag = reference.tag ?? (reference.digest == nil ? try? Tag("latest") : nil)
        self.repository = reference.repository
        self.usedBy = usedBy
    }
}
