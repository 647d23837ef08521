@testable import OCIRegistry

/// A small image in registry form: an index over one manifest with a configuration and two layers.
struct PackedFixture {
    private(set) var blobs: [Digest: [UInt8]] = [:]
    private(set) var contents: [Descriptor] = []
    let manifest: Descriptor
    let index: Descriptor

    init(_ seed: UInt8 = 1) {
        var blobs: [Digest: [UInt8]] = [:]
        func add(_ type: MediaType, _ bytes: [UInt8]) -> Descriptor {
            let digest = SHA2.digest(of: bytes)
            blobs[digest] = bytes
            return Descriptor(mediaType: type, digest: digest, size: Int64(bytes.count))
        }
        let config = add(.ociConfig, Array(#"{"rootfs":{"type":"layers","diff_ids":[]}}"#.utf8))
        let layers = [
            add(.ociLayerGzip, Compressed.gzip([seed, 2, 3])),
            add(.ociLayerZstd, Compressed.zstd([UInt8](repeating: seed, count: 9000))),
        ]
        manifest = add(
            .ociManifest,
            JSON.encode(Manifest.Image(mediaType: .ociManifest, config: config, layers: layers)))
        index = add(
            .ociIndex,
            JSON.encode(Manifest.Index(mediaType: .ociIndex, manifests: [manifest])))
        contents = [config] + layers
        self.blobs = blobs
    }

    /// index.json with the image under these tags.
    func indexFile(tags: [String?] = ["1"]) -> [UInt8] {
        JSON.encode(
            Manifest.Index(
                mediaType: .ociIndex,
                manifests: tags.map { tag in
                    var entry = index
                    entry.annotations = tag.map { ["org.opencontainers.image.ref.name": $0] }
                    return entry
                }))
    }

    static let marker = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)

    /// The layout's files by their paths, in lexical order.
    var files: [(String, [UInt8])] {
        blobs.map { ("blobs/sha256/\($0.key.hex)", $0.value) }.sorted { $0.0 < $1.0 }
            + [("index.json", indexFile()), ("oci-layout", Self.marker)]
    }

    var archive: [UInt8] { TarWriter.archive(files) }

    func write(to folder: TemporaryFolder) throws {
        for (path, bytes) in files { try folder.write(bytes, to: path) }
    }
}
