import SystemPackage

/// What a classic Docker Engine on this machine keeps of an image, where this process may read it:
/// each layer by itself, without the export that copies the whole image to the engine's disk first.
///
/// It is a shortcut and no more. What is read is checked like everything else, and what cannot be
/// read is exported. moby, layer/filestore.go and image/fs.go.
struct EngineStore: Sendable {
    private struct Layer: Sendable {
        var splits: FilePath
        var files: FilePath
        var size: Int64?
    }

    private let image: FilePath
    private let layers: [Digest: Layer]

    /// Looks for an image's layers; nil when none is within reach. `upperDirectory` is what the
    /// engine says of the topmost: `ROOT/overlay2/ID/diff`.
    init?(upperDirectory: String, configDigest: Digest, diffIDs: [Digest]) {
        var root = FilePath(upperDirectory)
        guard root.isAbsolute, root.lastComponent == "diff", root.removeLastComponent(),
            root.removeLastComponent(), root.lastComponent == "overlay2", root.removeLastComponent()
        else { return nil }
        var layers: [Digest: Layer] = [:]
        for (diffID, chainID) in zip(diffIDs, LegacyLayerID.chain(diffIDs)) {
            let place = root.appending("image/overlay2/layerdb/sha256/\(chainID.hex)")
            guard Self.text(place.appending("diff")) == diffID.description,
                let id = Self.text(place.appending("cache-id")),
                FilePath.Component(id)?.kind == .regular, id.utf8.allSatisfy(ASCII.isAlphanumeric)
            else { continue }
            let files = root.appending("overlay2").appending(id).appending("diff")
            layers[diffID] = Layer(
                splits: place.appending("tar-split.json.gz"), files: files,
                size: Self.text(place.appending("size")).flatMap { Int64($0) })
        }
        guard !layers.isEmpty else { return nil }
        self.layers = layers
        image = root.appending("image/overlay2/imagedb/content/sha256/\(configDigest.hex)")
    }

    /// The layers that are within reach.
    var diffIDs: Set<Digest> { Set(layers.keys) }

    /// The configuration; nil when it cannot be read or is another.
    func config(_ digest: Digest) -> [UInt8]? {
        guard let bytes = Self.bytes(image, limit: ImageConfig.sizeLimit),
            SHA2.digest(of: bytes, digest.algorithm) == digest
        else { return nil }
        return bytes
    }

    /// A layer's content, which throws ``TarSplitReader/Unreadable`` where the storage is not as
    /// it should be.
    func layer(_ diffID: Digest) throws -> UnpackedLayer {
        guard let layer = layers[diffID], let splits = try? OpenFile(layer.splits),
            let folder = try? FileDescriptor.open(
                layer.files, .readOnly, options: [.closeOnExec, .directory, .noFollow])
        else { throw TarSplitReader.Unreadable() }
        let lines = DecompressingReader(splits.whole.reader(), what: layer.splits.string)
        return UnpackedLayer(
            diffID: diffID, size: layer.size, content: TarSplitReader(lines, folder: folder))
    }

    private static func text(_ path: FilePath) -> String? {
        bytes(path, limit: 4096).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func bytes(_ path: FilePath, limit: Int) -> [UInt8]? {
        try? OpenFile(path).whole.bytes(limit: limit, what: path.string)
    }
}
