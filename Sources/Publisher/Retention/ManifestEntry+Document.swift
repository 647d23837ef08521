import ImageTags
import OCIRegistry

extension ManifestEntry {
    /// Reads a document that is stored as a manifest. One that is not understood names every digest that
    /// stands in its text.
    ///
    /// - Parameter platforms: gets the platforms of what an index names.
    init(
        _ digest: Digest, _ document: DocumentCache.Document,
        _ platforms: inout [Digest: String]
    ) {
        let size = Int64(document.bytes.count)
        guard
            let manifest = try? Manifest(
                bytes: document.bytes, declared: document.type, algorithm: digest.algorithm)
        else {
            self.init(digest, mediaType: document.type, kind: .unknown, size: size)
            let named = DigestText.digests(in: document.bytes).map(\.digest)
            children = Array(Set(named).subtracting([digest])).sorted()
            return
        }
        self.init(
            digest, mediaType: manifest.mediaType,
            kind: manifest.mediaType.isIndex ? .index : .image, size: size)
        subject = manifest.subject?.digest
        switch manifest.view {
        case .index(let index):
            artifactType = index.artifactType
            created = Self.created(index.annotations)
            for child in index.manifests {
                // Build caches list layers in an index.
                if child.mediaType.isBlob {
                    blobs.append(.init(child.digest, child.size))
                } else {
                    children.append(child.digest)
                    platforms[child.digest] = child.platform.map { "\($0)" }
                }
            }
        case .image(let image):
            artifactType = image.artifactType
            created = Self.created(image.annotations)
            blobs = ([image.config] + image.layers).map { .init($0.digest, $0.size) }
            let type = image.config.mediaType
            hasImageConfig = type == .ociConfig || type == .dockerConfig
        }
    }

    /// The configuration, where it is one of an image.
    var config: Digest? { hasImageConfig ? blobs.first?.digest : nil }

    private static func created(_ annotations: [String: String]?) -> Instant? {
        annotations?["org.opencontainers.image.created"].flatMap { Instant($0) }
    }
}

extension MediaType {
    /// A layer or configuration, which no registry stores as a manifest.
    fileprivate var isBlob: Bool {
        rawValue.contains(".layer.") || rawValue.contains("rootfs.diff")
            || rawValue.contains("config.v") || rawValue.contains("container.image.v1")
            || rawValue.contains("buildkit.cacheconfig")
    }
}
