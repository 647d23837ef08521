public import OCIRegistry

/// What a repository held at one moment, as far as it was read. It is complete, or there is none: whoever
/// reads it stops at the first doubt.
public struct RepositorySnapshot: Sendable, Hashable, Codable {
    /// A tag.
    public struct TagEntry: Sendable, Hashable, Codable {
        /// Its name.
        public var tag: Tag
        /// What it names.
        public var digest: Digest
        /// When it was written; nil where the registry does not tell.
        public var pushed: Instant?

        /// A tag.
        public init(_ tag: Tag, _ digest: Digest, pushed: Instant? = nil) {
            self.tag = tag
            self.digest = digest
            self.pushed = pushed
        }
    }

    /// `HOST/REPOSITORY`.
    public var repository: String
    /// What sort of registry it is in.
    public var dialect: RetentionDialect
    /// When it was read.
    public var takenAt: Instant
    /// Every tag, sorted.
    public var tags: [TagEntry]
    /// Every manifest that was found, sorted by digest.
    public var manifests: [ManifestEntry]
    /// Digests that something here names and that are not here, sorted.
    public var missing: [Digest]

    /// A snapshot; what it is given is sorted.
    public init(
        repository: String, dialect: RetentionDialect = .oci, takenAt: Instant,
        tags: [TagEntry], manifests: [ManifestEntry], missing: [Digest] = []
    ) {
        self.repository = repository
        self.dialect = dialect
        self.takenAt = takenAt
        self.tags = tags.sorted { $0.tag < $1.tag }
        self.manifests = manifests.sorted { $0.digest < $1.digest }
        self.missing = missing.sorted()
    }

    /// The digest of its canonical JSON, whenever it was taken.
    public var hash: Digest {
        var timeless = self
        timeless.takenAt = Instant(seconds: 0)
        return SHA2.digest(of: JSON.encode(timeless))
    }
}

/// What sort of registry a repository is in, as far as deleting goes.
public enum RetentionDialect: String, Sendable, Hashable, Codable {
    /// As the distribution specification says: a digest is deleted, and its tags with it.
    case oci
    /// Gitea and Forgejo: a tag owns its manifest, case is folded, rows tell when something came.
    case gitea

    /// Whether tags that differ only by case are one.
    public var foldsCase: Bool { self == .gitea }
}

/// A manifest of a snapshot.
public struct ManifestEntry: Sendable, Hashable, Codable {
    /// What sort of document it is.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// An index or manifest list.
        case index
        /// An image or artifact.
        case image
        /// Something that is not understood. It is kept, with every digest in its text.
        case unknown
    }

    /// A blob that it names.
    public struct Blob: Sendable, Hashable, Codable {
        /// Its digest.
        public var digest: Digest
        /// Its size in bytes.
        public var size: Int64

        /// A blob.
        public init(_ digest: Digest, _ size: Int64) {
            self.digest = digest
            self.size = size
        }
    }

    /// Its digest.
    public var digest: Digest
    /// Its type, as stored.
    public var mediaType: MediaType
    /// What sort of document it is.
    public var kind: Kind
    /// Its own size in bytes.
    public var size: Int64
    /// Manifests that it names, whatever their type.
    public var children: [Digest]
    /// Blobs that it names.
    public var blobs: [Blob]
    /// What it is about.
    public var subject: Digest?
    /// The kind of artifact, where it says so.
    public var artifactType: String?
    /// Whether its first blob is the configuration of an image.
    public var hasImageConfig = false
    /// `os/architecture`, where an index that names it says so.
    public var platform: String?
    /// When it was made, as it says itself.
    public var created: Instant?
    /// When it was pushed by its digest, where the registry tells.
    public var pushed: Instant?
    /// Whether the registry holds it under its digest too, beside its tags.
    public var isListed: Bool

    /// A manifest.
    public init(
        _ digest: Digest, mediaType: MediaType = .ociManifest, kind: Kind = .image, size: Int64,
        children: [Digest] = [], blobs: [Blob] = [], subject: Digest? = nil,
        created: Instant? = nil, pushed: Instant? = nil, isListed: Bool = false
    ) {
        self.digest = digest
        self.mediaType = mediaType
        self.kind = kind
        self.size = size
        self.children = children
        self.blobs = blobs
        self.subject = subject
        self.created = created
        self.pushed = pushed
        self.isListed = isListed
    }
}
