import OCIRegistry

extension PageSource {
    /// What an image's page shows; nil where there is no such manifest.
    func image(_ digest: Digest, in name: RepositoryName) throws(StoreError) -> ImageDetails? {
        guard let stored = try store.manifest(digest, in: name) else { return nil }
        var details = ImageDetails(
            server: try server(), repository: name, digest: digest,
            tags: try newestFirst(store.tagsHolding(digest, in: name), in: name),
            mediaType: stored.mediaType, size: stored.size, pushed: Double(stored.pushed))
        guard let manifest = try read(digest, in: name) else { return details }
        details.artifactType = manifest.artifact
        details.size = try content(of: manifest, in: name).size
        details.referrers = try store.referrers(of: digest, in: name, limit: 1000).descriptors.map {
            ImageDetails.Referrer(
                digest: $0.digest, artifactType: $0.artifactType, size: $0.size)
        }
        let neighbours = try Neighbours(of: manifest, in: name, self)
        details.indexes = neighbours.indexes
        switch manifest.view {
        case .index(let index):
            details.annotations = index.annotations ?? [:]
            for child in index.manifests {
                details.children.append(try self.child(child, in: name))
            }
        case .image(let image):
            details.annotations = image.annotations ?? [:]
            details.layers = image.layers.map { layer in
                ImageDetails.Layer(
                    digest: layer.digest, mediaType: layer.mediaType, size: layer.size,
                    sharedWith: neighbours.sharing(layer.digest))
            }
            if manifest.artifact == nil, let config = try config(image, in: name) {
                details.platform = config.platform
                details.settings = ImageDetails.Settings(
                    created: config.created, entrypoint: config.config?.entrypoint ?? [],
                    command: config.config?.command ?? [], labels: config.config?.labels ?? [:])
            }
        }
        return details
    }

    private func child(
        _ descriptor: Descriptor, in name: RepositoryName
    ) throws(StoreError) -> ImageDetails.Child {
        let manifest = try read(descriptor.digest, in: name)
        let size = try manifest.map { manifest throws(StoreError) in
            try content(of: manifest, in: name).size
        }
        return ImageDetails.Child(
            digest: descriptor.digest, platform: descriptor.platform,
            artifactType: descriptor.artifactType ?? manifest?.artifact,
            size: size ?? descriptor.size)
    }

    private func newestFirst(
        _ tags: [Tag], in name: RepositoryName
    ) throws(StoreError) -> [Tag] {
        var found: [StoredTag] = []
        for tag in tags { if let stored = try store.read(tag, in: name) { found.append(stored) } }
        return found.sorted { ($1.pushed, $0.tag) < ($0.pushed, $1.tag) }.map(\.tag)
    }
}

/// The other manifests of a repository that have something to do with one.
private struct Neighbours {
    /// The indexes that hold it.
    var indexes: [ImageDetails.Neighbour] = []
    /// Who else has a layer, by the layer.
    private var sharers: [Digest: [ImageDetails.Neighbour]] = [:]

    /// Reads every manifest of the repository once.
    init(of manifest: Manifest, in name: RepositoryName, _ source: PageSource) throws(StoreError) {
        let layers = Set(manifest.blobs.dropFirst().map(\.digest))
        var holders: [Digest: [Digest]] = [:]
        var common: [(digest: Digest, layers: Set<Digest>)] = []
        try source.store.forEachManifest(in: name) { digest throws(StoreError) in
            guard digest != manifest.digest, let other = try source.read(digest, in: name) else {
                return
            }
            for child in other.children { holders[child.digest, default: []].append(digest) }
            let shared = layers.intersection(other.blobs.dropFirst().map(\.digest))
            if !shared.isEmpty { common.append((digest, shared)) }
        }
        func neighbour(_ digest: Digest) throws(StoreError) -> ImageDetails.Neighbour {
            var tags = Set(try source.store.tagsHolding(digest, in: name))
            for index in holders[digest] ?? [] {
                tags.formUnion(try source.store.tagsHolding(index, in: name))
            }
            return ImageDetails.Neighbour(digest: digest, tags: tags.sorted())
        }
        for index in (holders[manifest.digest] ?? []).sorted() {
            indexes.append(try neighbour(index))
        }
        for (digest, layers) in common.sorted(by: { $0.digest < $1.digest }) {
            let neighbour = try neighbour(digest)
            for layer in layers { sharers[layer, default: []].append(neighbour) }
        }
    }

    /// Who else has a layer; those with tags first.
    func sharing(_ layer: Digest) -> [ImageDetails.Neighbour] {
        let all = sharers[layer] ?? []
        return all.filter { !$0.tags.isEmpty } + all.filter(\.tags.isEmpty)
    }
}
