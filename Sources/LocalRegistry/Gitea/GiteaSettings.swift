/// What a registry in Gitea's dialect is to be like.
public struct GiteaSettings: Sendable {
    /// Whose manners to have.
    public var version = GiteaVersion.latest
    /// The users and organisations that exist; a name's first component is one of them, in any case.
    /// Nil: the users exist, and every owner that something was pushed for; a push makes one exist.
    public var owners: Set<String>?
    /// Former names of owners with the present ones.
    public var renamedOwners: [String: String] = [:]
    /// The most bytes of a blob, looked at when all have come; nil for no bound. `LIMIT_SIZE_CONTAINER`.
    public var blobLimit: Int64?
    /// The most bytes of an owner's packages, in which a layer counts for every version that has it; nil
    /// for no bound. `LIMIT_TOTAL_OWNER_SIZE`.
    public var ownerSizeLimit: Int64?
    /// The most versions of an owner's packages; nil for no bound. `LIMIT_TOTAL_OWNER_COUNT`.
    public var ownerVersionLimit: Int?

    /// The usual ones.
    public init() {}
}
