/// Ways in which real registries differ. The defaults are the distribution specification's.
public struct RegistryQuirks: Sendable {
    /// The form of `Location` headers.
    public enum LocationStyle: Sendable {
        /// Scheme, host and path.
        case absolute
        /// The path alone.
        case relative
        /// A path with a query of its own, to which `digest` has to be added.
        case withQuery
    }

    /// The form of `Location` headers.
    public var location = LocationStyle.absolute
    /// Sends a `Link` on every non-empty page of tags, even the last one.
    public var linkOnEveryPage = false
    /// The most tags that a page holds; nil is no limit.
    public var largestTagPage: Int?
    /// Errors are plain text instead of JSON.
    public var textErrors = false
    /// Overwriting or deleting a tag drops the manifest unless something else holds it.
    public var tagOwnsManifest = false
    /// Refuses an index inside an index.
    public var rejectsNestedIndexes = false
    /// Refuses a manifest whose blobs or children the repository does not hold.
    public var requiresContent = true
    /// Treats tags without regard to case.
    public var foldsTagCase = false
    /// Implements the referrers API; otherwise it is a 404.
    public var referrersAPI = true
    /// Looks in every repository when a mount names none.
    public var mountsWithoutFrom = false
    /// Answers every mount with a new upload.
    public var ignoresMounts = false
    /// Answers `POST ?digest=` with a new upload instead of taking the blob.
    public var ignoresSinglePost = false
    /// Refuses a second PATCH that has no `Content-Range`.
    public var requiresContentRange = false
    /// The `OCI-Chunk-Min-Length` of a new upload.
    public var smallestChunk: Int?
    /// Refuses larger request bodies with 413 before reading them, as a proxy does.
    public var largestBody: Int?
    /// Ignores `Range` when a blob is read.
    public var ignoresRange = false
    /// Leaves `Docker-Content-Digest` out.
    public var omitsContentDigest = false
    /// Deleting a manifest by tag is not supported.
    public var refusesTagDelete = false
    /// Deleting anything is not supported.
    public var refusesDelete = false

    /// The specification's behaviour.
    public init() {}

    /// Gitea's container registry, as far as these switches can tell it.
    public static var gitea: RegistryQuirks {
        var quirks = RegistryQuirks()
        quirks.location = .relative
        quirks.linkOnEveryPage = true
        quirks.tagOwnsManifest = true
        quirks.rejectsNestedIndexes = true
        quirks.foldsTagCase = true
        quirks.referrersAPI = false
        quirks.mountsWithoutFrom = true
        quirks.requiresContentRange = true
        quirks.ignoresRange = true
        return quirks
    }
}
