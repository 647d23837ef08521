import OCIRegistry

extension PageSource {
    /// What a repository's page shows; nil where there is no such repository.
    func repository(
        _ name: RepositoryName, _ query: PageQuery
    ) throws(StoreError) -> RepositoryDetails? {
        guard store.hasRepository(name) else { return nil }
        let tags = try store.storedTags(in: name).map {
            PushedTag(tag: $0.tag, digest: $0.digest, pushed: Double($0.pushed))
        }
        let page = TagGroup.page(of: tags, query: query)
        var entries: [RepositoryDetails.Entry] = []
        for group in page.groups { entries.append(try entry(group, in: name)) }
        return RepositoryDetails(
            server: try server(), name: name, tagCount: tags.count,
            size: try store.size(of: name), query: query, entries: entries, next: page.next)
    }

    private func entry(
        _ group: TagGroup, in name: RepositoryName
    ) throws(StoreError) -> RepositoryDetails.Entry {
        guard let manifest = try read(group.digest, in: name) else {
            return .init(group: group, platforms: [], size: 0, layerCount: 0)
        }
        let content = try content(of: manifest, in: name)
        return .init(
            group: group, platforms: try platforms(of: manifest, in: name),
            size: content.size, layerCount: content.layers, artifactType: manifest.artifact)
    }

    /// A manifest; nil where it is gone or nothing that is understood.
    func read(_ digest: Digest, in name: RepositoryName) throws(StoreError) -> Manifest? {
        guard let stored = try store.manifest(digest, in: name) else { return nil }
        return try? Manifest(bytes: stored.bytes(), declared: stored.mediaType)
    }

    /// What a registry holds of a manifest: bytes, each blob counted once, and different layers.
    func content(
        of manifest: Manifest, in name: RepositoryName
    ) throws(StoreError) -> (size: Int64, layers: Int) {
        var seen: Set<Digest> = []
        var layers: Set<Digest> = []
        var size: Int64 = 0
        func add(_ digest: Digest, _ bytes: Int64) {
            if seen.insert(digest).inserted { size = Self.sum(size, bytes) }
        }
        // An index may hold indexes; what it holds twice is looked at once.
        var rest = [manifest]
        while let manifest = rest.popLast() {
            add(manifest.digest, Int64(manifest.bytes.count))
            for blob in manifest.blobs { add(blob.digest, blob.size) }
            if case .image(let image) = manifest.view {
                layers.formUnion(image.layers.map(\.digest))
            }
            for child in manifest.children where !seen.contains(child.digest) {
                if let manifest = try read(child.digest, in: name) { rest.append(manifest) }
            }
        }
        return (size, layers.count)
    }

    /// Sizes are what a manifest says, whose sum need not fit a number.
    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let sum = left.addingReportingOverflow(max(0, right))
        return sum.overflow ? .max : sum.partialValue
    }

    /// What an image runs on, or the images of an index.
    private func platforms(
        of manifest: Manifest, in name: RepositoryName
    ) throws(StoreError) -> [Platform] {
        switch manifest.view {
        case .index(let index):
            return index.manifests.compactMap(\.platform).filter { !$0.isUnknown }
        case .image(let image):
            guard manifest.artifact == nil else { return [] }
            return try config(image, in: name)?.platform.map { [$0] } ?? []
        }
    }

    /// An image's configuration; nil where it is missing or none.
    func config(
        _ image: Manifest.Image, in name: RepositoryName
    ) throws(StoreError) -> ImageConfig? {
        guard image.config.size <= ImageConfig.sizeLimit,
            let blob = try store.blob(image.config.digest, in: name)
        else { return nil }
        return try? ImageConfig(bytes: blob.read(at: 0, count: ImageConfig.sizeLimit))
    }
}

extension Manifest {
    /// What it is, where it is no container image.
    var artifact: String? {
        switch view {
        case .index(let index): index.artifactType
        case .image(let image):
            image.artifactType
                ?? ([.ociConfig, .dockerConfig].contains(image.config.mediaType)
                    ? nil : image.config.mediaType.rawValue)
        }
    }
}
