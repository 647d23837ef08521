import Synchronization

/// One copy of an image that is in registry form: every manifest and blob byte for byte.
struct PackedPush: Sendable {
    let image: any PackedImage
    let target: any ContentTarget
    let options: Pusher.Options
    let progress: PushProgress.Sink

    func run() async throws -> PushReport {
        let graph = try await ManifestGraph(image: image, platform: options.platform)
        var round = 1
        while true {
            do {
                let blobs = try await placeBlobs(graph.blobs)
                return try await placeManifests(graph, blobs)
            } catch let error as OCIError where error.namesUnknownBlob {
                // The registry misses a blob that it claimed to have: look at each again.
                guard round < 3 else { throw error.asForgottenBlobs }
                round += 1
            }
        }
    }

    private func placeManifests(
        _ graph: ManifestGraph, _ blobs: [PushReport.Blob]
    ) async throws -> PushReport {
        let writer = TagWriter(target: target, progress: progress)
        for manifest in graph.manifests.dropLast() { try await writer.store(manifest) }
        let tags = try await writer.publish(graph.root, tags: options.tags)
        // A prune may have taken a child that was found there, before a tag led to it. From now on it sees
        // the tag.
        if tags.contains(where: \.moved) {
            for manifest in graph.manifests.dropLast() { try await writer.store(manifest) }
        }
        let config = try await graph.configuration(image)
        return PushReport(
            digest: graph.root.digest, mediaType: graph.root.mediaType,
            size: Int64(graph.root.bytes.count), platforms: graph.platforms(config),
            diffIDs: config?.rootfs.diffIDs, blobs: blobs, tags: tags)
    }

    private func placeBlobs(_ blobs: [Descriptor]) async throws -> [PushReport.Blob] {
        let placed = Mutex<[Digest: PushReport.Blob]>([:])
        @Sendable func record(_ blob: Descriptor, _ outcome: PushProgress.Outcome) {
            placed.withLock {
                $0[blob.digest] = PushReport.Blob(
                    digest: blob.digest, size: blob.size, diffID: nil, outcome: outcome)
            }
            progress(.ended(blob.digest, outcome, size: blob.size))
        }
        let missing = Mutex<[Descriptor]>([])
        try await forEach(blobs, parallel: 8) { blob in
            if try await target.hasBlob(blob) {
                record(blob, .existing)
            } else if try await mount(blob) {
                record(blob, .mounted)
            } else {
                missing.withLock { $0.append(blob) }
            }
        }
        try await image.readBlobs(
            missing.withLock { $0.sorted { $0.size > $1.size } }, parallel: options.parallel
        ) { blob, source in
            progress(.began(blob.digest, label: "blob", total: blob.size))
            let tries = Mutex(0)
            let counted = BlobSource {
                let isFirst = tries.withLock { tries in
                    tries += 1
                    return tries == 1
                }
                if !isFirst { progress(.reset(blob.digest)) }
                return try await source.open()
            }
            try await target.store(blob, from: counted) {
                progress(.advanced(blob.digest, bytes: $0))
            }
            record(blob, .uploaded)
        }
        return placed.withLock { placed in blobs.compactMap { placed[$0.digest] } }
    }

    private func mount(_ blob: Descriptor) async throws -> Bool {
        for source in options.mountFrom {
            if try await target.mount(blob.digest, from: source) { return true }
        }
        return false
    }
}
