/// What a repository is known to have: layers by their diffID, from the manifests and
/// configurations that it serves. A layer found here is neither compressed nor sent again.
struct KnownLayers: Sendable {
    /// Manifests that are looked at before the search is given up.
    static let probeLimit = 12

    /// Compressed layers by diffID.
    private(set) var layers: [Digest: Descriptor] = [:]
    /// Bytes of configurations seen, by digest.
    private(set) var configs: [Digest: [UInt8]] = [:]

    /// Looks for `diffIDs`, compressed as `compression`, in `repository`: first behind the tags
    /// that are about to be written, then behind others, rolling ones and newer versions first.
    static func find(
        _ diffIDs: Set<Digest>, compression: Compression, in repository: Repository,
        preferring tags: [Tag]
    ) async throws -> KnownLayers {
        var known = KnownLayers()
        try await known.probe(tags, for: diffIDs, compression, repository)
        guard !known.covers(diffIDs) else { return known }
        // Not every registry lists tags to everyone who may push, and it is but a shortcut.
        let listed = try await tolerating(OCIError.Kind.allCases) {
            try await repository.tags(limit: 5000)
        }
        let others = ((listed ?? nil) ?? [])
            .filter { !tags.contains($0) && !isAttachment($0) }
            .sorted { left, right in
                let lengths = (left.description.utf8.count, right.description.utf8.count)
                return lengths.0 == lengths.1 ? left > right : lengths.0 < lengths.1
            }
        try await known.probe(
            Array(others.prefix(probeLimit)), for: diffIDs, compression, repository)
        return known
    }

    func covers(_ diffIDs: Set<Digest>) -> Bool { diffIDs.allSatisfy { layers[$0] != nil } }

    /// Forgets a layer that turned out to be gone.
    mutating func forget(_ digest: Digest) {
        layers = layers.filter { $0.value.digest != digest }
    }

    /// Forgets the configurations, any of which may be gone: they are small enough to send.
    mutating func forgetConfigs() { configs = [:] }

    private mutating func probe(
        _ tags: [Tag], for diffIDs: Set<Digest>, _ compression: Compression,
        _ repository: Repository
    ) async throws {
        for start in stride(from: 0, to: tags.count, by: 4) where !covers(diffIDs) {
            let batch = tags[start..<min(start + 4, tags.count)]
            let seen = configs.keys
            let images = try await withThrowingTaskGroup(of: [Pairing].self) { group in
                for tag in batch {
                    group.addTask {
                        try await Pairing.all(of: tag.description, in: repository)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            for image in images where !seen.contains(image.configDigest) {
                take(image, diffIDs, compression)
            }
        }
    }

    private mutating func take(
        _ image: Pairing, _ diffIDs: Set<Digest>, _ compression: Compression
    ) {
        configs[image.configDigest] = image.configBytes
        for (diffID, layer) in image.layers where diffIDs.contains(diffID) {
            let types = [false, true].map { compression.layerType(docker: $0) }
            guard layers[diffID] == nil, types.contains(layer.mediaType) else { continue }
            layers[diffID] = layer
        }
    }

    /// Signatures, attestations and referrer lists have no layers that an image could share.
    private static func isAttachment(_ tag: Tag) -> Bool {
        tag.description.hasPrefix("sha256-") || tag.description.hasPrefix("sha512-")
    }
}

/// An image that a registry serves: its layers beside the diffIDs that its configuration gives.
private struct Pairing: Sendable {
    var configDigest: Digest
    var configBytes: [UInt8]
    var layers: [(Digest, Descriptor)]

    /// The images behind a tag or digest: one, or those of an index. What cannot be read is
    /// no reason to fail: its layers are merely not known.
    static func all(of selector: String, in repository: Repository) async throws -> [Pairing] {
        let found = try await tolerating { try await repository.manifest(selector) }
        guard let manifest = found ?? nil else { return [] }
        switch manifest.view {
        case .image(let image):
            let bytes = try await tolerating {
                try await repository.blob(image.config.digest, limit: ImageConfig.sizeLimit)
            }
            guard let bytes, let config = try? ImageConfig(bytes: bytes),
                config.rootfs.diffIDs.count == image.layers.count
            else { return [] }
            return [
                Pairing(
                    configDigest: image.config.digest, configBytes: bytes,
                    layers: Array(zip(config.rootfs.diffIDs, image.layers)))
            ]
        case .index(let index):
            var found: [Pairing] = []
            for child in index.manifests.prefix(6)
            where child.mediaType.isImageManifest && child.platform?.isUnknown != true {
                found += try await all(of: child.digest.description, in: repository)
            }
            return found
        }
    }
}

/// Runs `body`; nil where it fails in a way that does not matter here.
private func tolerating<T>(
    _ kinds: [OCIError.Kind] = [.badData, .notFound], _ body: () async throws -> T
) async throws -> T? {
    do {
        return try await body()
    } catch let error as OCIError where kinds.contains(error.kind) {
        return nil
    }
}
