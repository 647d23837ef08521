import OCIRegistry

/// What a repository's page shows: one page of its images, newest first.
struct RepositoryDetails: Sendable, Equatable {
    /// An image with all its tags.
    struct Entry: Sendable, Equatable {
        /// The tags and the digest; see ``TagGroup/page(of:query:)``.
        var group: TagGroup
        /// The image's platform, or those of an index's images; none where it is no image.
        var platforms: [Platform]
        /// What the registry holds of it in bytes: manifests, configurations and compressed
        /// layers, each counted once.
        var size: Int64
        /// How many different layers it has, over all platforms.
        var layerCount: Int
        /// What the manifest says it is, where it is no container image.
        var artifactType: String?
    }

    /// The server.
    var server: ServerSummary
    /// The repository.
    var name: RepositoryName
    /// How many tags it has.
    var tagCount: Int
    /// Bytes of its blobs, each counted once.
    var size: Int64
    /// What was asked for.
    var query: PageQuery
    /// The page's images.
    var entries: [Entry]
    /// Where the next page starts; nil on the last.
    var next: String?
}
