/// Where content goes: a repository of a registry, or an image layout.
public protocol ContentTarget: Sendable {
    /// The repository or layout, for people.
    var place: String { get }
    /// Whether a blob of this digest and size is there.
    func hasBlob(_ descriptor: Descriptor) async throws -> Bool
    /// Takes a blob over from another repository of the same registry; false when it cannot.
    func mount(_ digest: Digest, from source: RepositoryName) async throws -> Bool
    /// Stores a blob; a passing fault is met by reading the source again.
    func store(
        _ descriptor: Descriptor, from source: BlobSource,
        onProgress: @escaping @Sendable (Int) -> Void
    ) async throws
    /// The manifest under a tag or digest, nil when there is none.
    func manifest(_ selector: String) async throws -> Manifest?
    /// The digest under a tag or digest, nil when there is none.
    func digest(_ selector: String) async throws -> Digest?
    /// Stores a manifest under its digest, or under a tag too.
    func put(_ manifest: Manifest, tag: Tag?) async throws
}

/// A repository, with the way to send blobs to it.
public struct RepositoryTarget: ContentTarget {
    /// The repository.
    public let repository: Repository
    /// The most bytes a request may carry; nil for no bound.
    public let chunkSize: Int?

    /// Takes a repository that was opened for pushing.
    public init(_ repository: Repository, chunkSize: Int? = nil) {
        self.repository = repository
        self.chunkSize = chunkSize
    }

    public var place: String { "\(repository.reference)" }

    public func hasBlob(_ descriptor: Descriptor) async throws -> Bool {
        try await repository.hasBlob(descriptor)
    }

    public func mount(_ digest: Digest, from source: RepositoryName) async throws -> Bool {
        try await repository.mount(digest, from: source)
    }

    public func store(
        _ descriptor: Descriptor, from source: BlobSource,
        onProgress: @escaping @Sendable (Int) -> Void
    ) async throws {
        try await repository.upload(
            descriptor, from: source, chunkSize: chunkSize, onProgress: onProgress)
    }

    public func manifest(_ selector: String) async throws -> Manifest? {
        try await repository.manifest(selector)
    }

    public func digest(_ selector: String) async throws -> Digest? {
        try await repository.digest(selector)
    }

    public func put(_ manifest: Manifest, tag: Tag?) async throws {
        try await repository.put(manifest, tag: tag)
    }
}
