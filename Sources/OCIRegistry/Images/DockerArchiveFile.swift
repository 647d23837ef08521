import SystemPackage

/// An image in a plain archive, of which any part can be read at any time.
struct DockerArchiveFile: UnpackedImage {
    private let archive: TarFile
    private let contents: DockerArchive.Contents
    private let slices: [Digest: FileSlice]
    private let limits: DockerArchive.Limits

    init(_ archive: TarFile, reference: String?, limits: DockerArchive.Limits) throws(OCIError) {
        let what = archive.file.path.string
        func bytes(_ path: String, limit: Int) throws(OCIError) -> [UInt8] {
            guard let slice = try archive.slice(path) else {
                throw DockerArchive.missing(path, what)
            }
            return try slice.bytes(limit: limit, what: path)
        }
        let manifest = try DockerArchiveManifest(
            bytes: bytes(DockerArchiveManifest.path, limit: DockerArchiveManifest.sizeLimit),
            archive: what)
        let item = try manifest.select(reference, archive: what)
        contents = try DockerArchive.Contents(
            item, config: bytes(item.config, limit: ImageConfig.sizeLimit), archive: what)
        var slices: [Digest: FileSlice] = [:]
        for (diffID, path) in contents.paths {
            guard let slice = try archive.slice(path) else {
                throw DockerArchive.missing(path, what)
            }
            slices[diffID] = slice
        }
        self.slices = slices
        self.archive = archive
        self.limits = limits
    }

    var diffIDs: [Digest] { contents.diffIDs }
    var configDigest: Digest { contents.configDigest }
    func config() -> [UInt8] { contents.config }

    func readLayers(
        _ wanted: Set<Digest>, parallel: Int,
        _ receive: @escaping @Sendable (UnpackedLayer) async throws -> Void
    ) async throws {
        let what = archive.file.path.string
        let layers = try contents.inOrder(wanted, archive: what)
        try await forEach(layers, parallel: parallel) { diffID in
            guard let slice = slices[diffID] else { return }
            let reader = DecompressingReader(
                slice.reader(), limits: .init(output: max(limits.decompressed, slice.length)),
                what: "layer \(diffID.short) of \(what)")
            let head = try slice.head(count: CompressionFormat.magicLength)
            let isPlain = CompressionFormat(sniffing: head) == .none
            try await receive(
                UnpackedLayer(
                    diffID: diffID, size: isPlain ? slice.length : nil, content: reader))
        }
    }
}
