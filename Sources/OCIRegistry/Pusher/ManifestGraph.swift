/// The manifests that a root reaches, children before parents, and the blobs that they name.
struct ManifestGraph: Sendable {
    /// Manifests, each once, children first; the root is the last.
    private(set) var manifests: [Manifest] = []
    /// Blobs to place, each once.
    private(set) var blobs: [Descriptor] = []
    /// The manifest at the top.
    let root: Manifest
    private var seen: Set<Digest> = []

    /// Reads the graph of an image, or the part of it that is for one platform.
    ///
    /// Throws ``OCIError``: bad data for manifests that are not what they should be or nest too
    /// deep; not found when no image is for that platform.
    init(image: any PackedImage, platform: Platform?) async throws {
        root = try await image.select(platform)
        try await add(root, from: image, depth: 0)
    }

    private mutating func add(
        _ manifest: Manifest, from image: any PackedImage, depth: Int
    ) async throws {
        guard depth <= Manifest.nestingLimit, seen.count < 10_000 else {
            throw OCIError(.badData, "the image's indexes nest too deep or name too much")
        }
        guard seen.insert(manifest.digest).inserted else { return }
        for child in manifest.children {
            guard child.mediaType.isManifest else {
                addBlob(child)
                continue
            }
            guard !seen.contains(child.digest) else { continue }
            try await add(try await image.load(child), from: image, depth: depth + 1)
        }
        for blob in manifest.blobs { addBlob(blob) }
        manifests.append(manifest)
    }

    private mutating func addBlob(_ blob: Descriptor) {
        let elsewhere = blob.mediaType.isNonDistributable && blob.urls?.isEmpty == false
        if !elsewhere, seen.insert(blob.digest).inserted { blobs.append(blob) }
    }

    /// The configuration of the root; nil for an index, and for what has none that can be read.
    func configuration(_ image: any PackedImage) async throws -> ImageConfig? {
        guard case .image(let view) = root.view,
            view.config.mediaType == .ociConfig || view.config.mediaType == .dockerConfig
        else { return nil }
        let bytes = try await image.configuration(of: view)
        return try? ImageConfig(bytes: bytes)
    }

    /// The platforms that the root is for, with its configuration where it has one.
    func platforms(_ config: ImageConfig?) -> [String] {
        guard case .index(let index) = root.view else {
            return config?.platform.map { ["\($0)"] } ?? []
        }
        return index.manifests.compactMap(\.platform).filter { !$0.isUnknown }.map(\.description)
    }
}

extension PackedImage {
    /// The manifest at the top, or the one for a platform where the top is an index.
    ///
    /// Throws ``OCIError``: bad data for a manifest that is not what it should be; not found,
    /// naming what there is, when no image is for that platform.
    public func select(_ platform: Platform?) async throws -> Manifest {
        let top = try await load(try await root)
        guard let platform, case .index(let index) = top.view else { return top }
        let match = index.manifests.first { $0.platform?.satisfies(platform) == true }
        guard let match else {
            let offered = index.manifests.compactMap(\.platform).filter { !$0.isUnknown }
            throw OCIError(
                .notFound, "the image has nothing for \(platform)",
                advice: "it has: \(offered.map(\.description).joined(separator: ", "))")
        }
        return try await load(match)
    }

    /// The bytes of an image's configuration, checked against its descriptor.
    ///
    /// Throws ``OCIError`` (bad data) when it is not what it should be, or too large.
    public func configuration(of image: Manifest.Image) async throws -> [UInt8] {
        let reader = VerifyingReader(
            try await blob(image.config).open(), expecting: image.config, subject: "the image")
        return try await reader.collect(
            limit: ImageConfig.sizeLimit, what: "the image configuration")
    }

    /// Reads a manifest and checks it against its descriptor. Throws ``OCIError`` (bad data).
    public func load(_ descriptor: Descriptor) async throws -> Manifest {
        guard descriptor.size <= Manifest.sizeLimit else {
            throw OCIError(.badData, "the manifest \(descriptor.digest) is too large")
        }
        let manifest = try Manifest(
            bytes: try await self.manifest(descriptor), declared: descriptor.mediaType,
            algorithm: descriptor.digest.algorithm)
        guard manifest.digest == descriptor.digest else {
            throw OCIError(
                .badData, "the manifest \(descriptor.digest) has the digest \(manifest.digest)",
                advice: "the source is damaged: make it again")
        }
        return manifest
    }
}
