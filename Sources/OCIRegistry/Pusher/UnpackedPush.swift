import Synchronization

/// One push of an image whose layers come as plain tar archives.
struct UnpackedPush: Sendable {
    let image: any UnpackedImage
    let repository: Repository
    let options: Pusher.Options
    let progress: PushProgress.Sink
    private let budget = BlockBudget()

    init(
        image: any UnpackedImage, repository: Repository, options: Pusher.Options,
        progress: @escaping PushProgress.Sink
    ) {
        self.image = image
        self.repository = repository
        self.options = options
        self.progress = progress
    }

    /// What became of each layer, by diffID.
    private typealias Done = [Digest: PushReport.Blob]

    func run() async throws -> PushReport {
        let diffIDs = try await image.diffIDs
        var known = try await reusable(Set(diffIDs))
        var done: Done = [:]
        // A registry may turn out to miss a blob that it has claimed to have: once is a passing
        // fault, three times is a broken registry.
        var round = 1
        while true {
            try await placeLayers(Set(diffIDs), known: known, done: &done)
            let config = try await placeConfig(known)
            let layers = diffIDs.compactMap { done[$0] }
            let manifest = try makeManifest(config: config, layers: layers)
            do {
                let writer = TagWriter(
                    target: RepositoryTarget(repository), progress: progress)
                let tags = try await writer.publish(manifest, tags: options.tags)
                return PushReport(
                    digest: manifest.digest, mediaType: manifest.mediaType,
                    size: Int64(manifest.bytes.count), platforms: config.platforms,
                    diffIDs: diffIDs,
                    blobs: unique(layers) + [config.blob], tags: tags)
            } catch let error as OCIError where error.namesUnknownBlob {
                guard round < 3 else { throw error.asForgottenBlobs }
                round += 1
                known.forgetConfigs()
                for (diffID, blob) in done {
                    guard try await repository.blobSize(blob.digest) == nil else { continue }
                    done[diffID] = nil
                    known.forget(blob.digest)
                }
            }
        }
    }

    // MARK: Layers

    private func reusable(_ diffIDs: Set<Digest>) async throws -> KnownLayers {
        guard options.reuse else { return KnownLayers() }
        return try await KnownLayers.find(
            diffIDs, compression: options.compression, in: repository,
            preferring: options.tags + options.likely)
    }

    private func placeLayers(
        _ diffIDs: Set<Digest>, known: KnownLayers, done: inout Done
    ) async throws {
        let results = Mutex(done)
        defer { done = results.withLock { $0 } }
        try await placeKnown(diffIDs.subtracting(done.keys), known, results)
        try await mountLayers(diffIDs.subtracting(results.withLock { Set($0.keys) }), results)
        // Sources that stream cannot give one layer again, so a retry takes all that are missing.
        let moving = RetryProgress()
        try await repository.retrying("\(repository.reference)", progress: moving) { _ in
            let wanted = diffIDs.subtracting(results.withLock { Set($0.keys) })
            guard !wanted.isEmpty else { return }
            let passing = Mutex<OCIError?>(nil)
            try await image.readLayers(wanted, parallel: parallel) { layer in
                do {
                    let blob = try await upload(layer, moving)
                    results.withLock { $0[layer.diffID] = blob }
                } catch let error as OCIError where error.isPassing {
                    progress(.reset(layer.diffID))
                    passing.withLock { $0 = $0 ?? error }
                }
            }
            if let error = passing.withLock({ $0 }) { throw error }
        }
        let missing = diffIDs.subtracting(results.withLock { Set($0.keys) })
        if let first = missing.min() {
            throw OCIError(.badData, "the image lacks its layer \(first)")
        }
    }

    /// Layers in flight: fewer where each holds a chunk in memory.
    private var parallel: Int {
        guard let chunkSize = options.chunkSize else { return options.parallel }
        return max(1, min(options.parallel, 32_000_000 / chunkSize))
    }

    private func placeKnown(
        _ diffIDs: Set<Digest>, _ known: KnownLayers, _ results: borrowing Mutex<Done>
    ) async throws {
        let repository = repository
        let present = try await withThrowingTaskGroup(of: (Digest, Descriptor)?.self) { group in
            for diffID in diffIDs {
                guard let layer = known.layers[diffID] else { continue }
                group.addTask {
                    try await repository.hasBlob(layer) ? (diffID, layer) : nil
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for case (let diffID, let layer)? in present {
            record(diffID, layer, .existing, results)
        }
    }

    private func mountLayers(
        _ diffIDs: Set<Digest>, _ results: borrowing Mutex<Done>
    ) async throws {
        var wanted = diffIDs
        for source in options.mountFrom where !wanted.isEmpty {
            let other = Repository(repository.client, source)
            let known = try await KnownLayers.find(
                wanted, compression: options.compression, in: other, preferring: options.tags)
            for diffID in wanted.sorted() {
                guard let layer = known.layers[diffID],
                    try await repository.mount(layer.digest, from: source)
                else { continue }
                record(diffID, layer, .mounted, results)
                wanted.remove(diffID)
            }
        }
    }

    private func record(
        _ diffID: Digest, _ layer: Descriptor, _ outcome: PushProgress.Outcome,
        _ results: borrowing Mutex<Done>
    ) {
        results.withLock {
            $0[diffID] = PushReport.Blob(
                digest: layer.digest, size: layer.size, diffID: diffID, outcome: outcome)
        }
        progress(.ended(diffID, outcome, size: layer.size))
    }

    private func upload(
        _ layer: UnpackedLayer, _ moving: RetryProgress
    ) async throws -> PushReport.Blob {
        let diffID = layer.diffID
        progress(.began(diffID, label: "layer", total: layer.size))
        let reader = CompressingReader(
            layer.content, compression: options.compression, expecting: diffID,
            parallel: BlockBudget.perLayer, budget: budget,
            onProgress: {
                moving.note()
                progress(.advanced(diffID, bytes: $0))
            })
        let result = try await repository.uploadOnce(reader, chunkSize: options.chunkSize)
        progress(.ended(diffID, .uploaded, size: result.size))
        return PushReport.Blob(
            digest: result.digest, size: result.size, diffID: diffID, outcome: .uploaded)
    }

    // MARK: Configuration and manifest

    private struct PlacedConfig {
        var blob: PushReport.Blob
        var platforms: [String]
    }

    private func placeConfig(_ known: KnownLayers) async throws -> PlacedConfig {
        let digest = try await image.configDigest
        let served = known.configs[digest]
        let bytes: [UInt8] = if let served { served } else { try await image.config() }
        let config = try ImageConfig(bytes: bytes)
        let descriptor = Descriptor(
            mediaType: .ociConfig, digest: digest, size: Int64(bytes.count))
        let exists = if served != nil { true } else { try await repository.hasBlob(descriptor) }
        if !exists {
            progress(.began(digest, label: "config", total: descriptor.size))
            try await repository.upload(
                descriptor, from: BlobSource(bytes: bytes), chunkSize: options.chunkSize)
        }
        let outcome: PushProgress.Outcome = exists ? .existing : .uploaded
        progress(.ended(digest, outcome, size: descriptor.size))
        return PlacedConfig(
            blob: PushReport.Blob(
                digest: digest, size: descriptor.size, diffID: nil, outcome: outcome),
            platforms: config.platform.map { ["\($0)"] } ?? [])
    }

    private func makeManifest(
        config: PlacedConfig, layers: [PushReport.Blob]
    ) throws -> Manifest {
        let docker = options.dockerFormat
        let type = options.compression.layerType(docker: docker)
        let image = Manifest.Image(
            mediaType: docker ? .dockerManifest : .ociManifest,
            config: Descriptor(
                mediaType: docker ? .dockerConfig : .ociConfig, digest: config.blob.digest,
                size: config.blob.size),
            layers: layers.map {
                Descriptor(mediaType: type, digest: $0.digest, size: $0.size)
            })
        return try Manifest(bytes: JSON.encode(image), declared: image.mediaType)
    }

    private func unique(_ blobs: [PushReport.Blob]) -> [PushReport.Blob] {
        var seen: Set<Digest> = []
        return blobs.filter { seen.insert($0.digest).inserted }
    }
}
