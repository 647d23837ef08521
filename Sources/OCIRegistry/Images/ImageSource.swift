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
    /// A blob's content. The caller checks digest and size.
    func blob(_ descriptor: Descriptor) -> BlobSource
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
    /// Reads the wanted layers, in any order, handing each one's content to `receive` as a plain
    /// tar archive. At most `parallel` run at a time; sources that stream hand over one at a time.
    /// The receiver checks the content against the diffID and may return without reading to the
    /// end. A layer may be handed over again in another call.
    ///
    /// Throws ``OCIError``: not found when a wanted layer is absent; and what `receive` throws.
    func readLayers(
        _ wanted: Set<Digest>, parallel: Int,
        _ receive: @escaping @Sendable (Digest, any ByteReader) async throws -> Void
    ) async throws
}
