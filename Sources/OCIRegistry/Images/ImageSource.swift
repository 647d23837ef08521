/// An image, opened: what there is to push, in one of the two forms that images come in.
public enum OpenedImage: Sendable {
    /// Manifests and blobs in registry form (an OCI layout, a registry, an engine with the
    /// containerd store): copied byte for byte.
    case packed(any PackedImage)
    /// A configuration and layers as plain tar archives (`docker save`, a classic engine): the
    /// layers are compressed and a manifest is made on the way.
    case unpacked(any UnpackedImage)
}

/// An image in registry form: content addressed by digest.
public protocol PackedImage: Sendable {
    /// The manifest or index at the top.
    var root: Descriptor { get async throws }
    /// The bytes of a manifest, at most ``Manifest/sizeLimit`` of them. The caller checks the
    /// digest.
    func manifest(_ descriptor: Descriptor) async throws -> [UInt8]
    /// A blob's content. The caller checks digest and size. Where the source streams, each
    /// opening reads it anew: use ``readBlobs(_:parallel:_:)`` for more than one.
    func blob(_ descriptor: Descriptor) -> BlobSource
    /// Hands each wanted blob to `receive`, in any order, once. At most `parallel` run at a time;
    /// sources that stream hand over one at a time, and a blob's first opening, within `receive`,
    /// is then the stream itself, while later ones (a retry) read the source anew.
    ///
    /// Throws ``OCIError``: not found when a wanted blob is absent; and what `receive` throws.
    func readBlobs(
        _ wanted: [Descriptor], parallel: Int,
        _ receive: @escaping @Sendable (Descriptor, BlobSource) async throws -> Void
    ) async throws
}

extension PackedImage {
    /// For sources of which any part can be read at any time.
    public func readBlobs(
        _ wanted: [Descriptor], parallel: Int,
        _ receive: @escaping @Sendable (Descriptor, BlobSource) async throws -> Void
    ) async throws {
        var seen: Set<Digest> = []
        let blobs = wanted.filter { seen.insert($0.digest).inserted }
        try await forEach(blobs, parallel: parallel) { try await receive($0, blob($0)) }
    }
}

/// A layer as a plain tar archive, on its way to whoever wanted it.
public struct UnpackedLayer: Sendable {
    /// The digest that the content must have.
    public let diffID: Digest
    /// The content's size in bytes, where the source tells; only progress depends on it.
    public let size: Int64?
    /// The content, to be read once.
    public let content: any ByteReader

    /// Puts a layer together.
    public init(diffID: Digest, size: Int64?, content: any ByteReader) {
        self.diffID = diffID
        self.size = size
        self.content = content
    }
}

/// An image whose layers are plain tar archives.
public protocol UnpackedImage: Sendable {
    /// The layers' diffIDs, from the lowest up, so that what the destination has is known before
    /// any layer is read.
    var diffIDs: [Digest] { get async throws }
    /// The digest of the configuration, which may be known before its bytes are.
    var configDigest: Digest { get async throws }
    /// The configuration's exact bytes, checked against ``configDigest``. A source that streams
    /// may have to be read through for it (``readLayers(_:parallel:_:)`` with nothing wanted does that).
    func config() async throws -> [UInt8]
    /// Reads the wanted layers, in any order, handing each one to `receive` as a plain tar
    /// archive. At most `parallel` run at a time; sources that stream hand over one at a time.
    /// The receiver checks the content against the diffID and may return without reading to the
    /// end. A layer may be handed over again in another call.
    ///
    /// Throws ``OCIError``: not found when a wanted layer is absent; and what `receive` throws.
    func readLayers(
        _ wanted: Set<Digest>, parallel: Int,
        _ receive: @escaping @Sendable (UnpackedLayer) async throws -> Void
    ) async throws
    /// Asks for the configuration's bytes elsewhere, by its digest, where reading them here would be
    /// costly. What has another digest is not taken.
    func learnConfig(from find: @Sendable (Digest) async -> [UInt8]?) async
}

extension UnpackedImage {
    /// Does nothing: most sources have the configuration at hand.
    public func learnConfig(from find: @Sendable (Digest) async -> [UInt8]?) async {}
}

/// Runs `body` for each item, in order of beginning, at most `parallel` at a time; the first
/// error cancels the rest.
public func forEach<Item: Sendable>(
    _ items: some Sequence<Item>, parallel: Int,
    _ body: @escaping @Sendable (Item) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var running = 0
        for item in items {
            if running >= max(1, parallel) { try await group.next() }
            running += 1
            group.addTask { try await body(item) }
        }
        // `waitForAll` would see the others through before it throws.
        while try await group.next() != nil {}
    }
}
