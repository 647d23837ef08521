import SystemPackage

/// An OCI layout directory as the destination of a copy.
public struct LayoutTarget: ContentTarget {
    private let writer: OCILayoutWriter
    private let retry: RetryPolicy

    /// Takes the layout's writer, and how passing faults of a source are met.
    public init(_ writer: OCILayoutWriter, retry: RetryPolicy = RetryPolicy()) {
        self.writer = writer
        self.retry = retry
    }

    public var place: String { "oci:\(writer.path)" }

    public func hasBlob(_ descriptor: Descriptor) -> Bool { writer.hasBlob(descriptor) }

    public func mount(_ digest: Digest, from source: RepositoryName) -> Bool { false }

    public func store(
        _ descriptor: Descriptor, from source: BlobSource,
        onProgress: @escaping @Sendable (Int) -> Void
    ) async throws {
        let result: Result<Void, OCIError> = try await retry.run { _ in
            let content = VerifyingReader(
                try await source.open(), expecting: descriptor, subject: writer.path.string,
                onProgress: onProgress)
            do {
                return .success(try await writer.write(descriptor, from: content))
            } catch let error as OCIError where error.exchange == nil {
                // Of this machine's own making, and a full disk is as full a moment later.
                return .failure(error)
            }
        }
        try result.get()
    }

    public func manifest(_ selector: String) async throws -> Manifest? {
        let isDigest = (try? Digest(parsing: selector)) != nil
        do {
            let image = try OCILayout.open(
                directory: writer.path, selector: isDigest ? "@\(selector)" : selector)
            return try Manifest(
                bytes: try image.manifest(image.root), declared: image.root.mediaType,
                algorithm: image.root.digest.algorithm)
        } catch let error as OCIError where error.kind == .notFound {
            return nil
        }
    }

    public func digest(_ selector: String) async throws -> Digest? {
        try await manifest(selector)?.digest
    }

    public func put(_ manifest: Manifest, tag: Tag?) async throws {
        try await writer.write(manifest.descriptor, from: MemoryReader(manifest.bytes))
        try writer.tag(manifest.descriptor, as: tag?.description)
    }
}
