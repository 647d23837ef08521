import Synchronization

extension Repository {
    /// Looks whether everything that a manifest reaches is here with the size that is told of it:
    /// child manifests are read, blobs asked for, except layers that are to be had elsewhere.
    /// `deep` reads and hashes each blob too, several at a time and none of them whole in memory.
    /// Nothing is written.
    ///
    /// Throws ``OCIError`` where the registry cannot be asked, and bad data for indexes that nest
    /// too deep or name too much.
    public func checkContent(of root: Manifest, deep: Bool) async throws -> ContentReport {
        var report = ContentReport()
        var parts = ContentParts()
        var level = [root]
        while !level.isEmpty {
            report.manifests += level.count
            let children = try parts.add(level)
            let found = Mutex<(manifests: [Manifest], findings: [Finding])>(([], []))
            try await forEach(children, parallel: 8) { child in
                let (manifest, finding) = try await look(at: child)
                found.withLock {
                    if let manifest { $0.manifests.append(manifest) }
                    if let finding { $0.findings.append(finding) }
                }
            }
            level = found.withLock { $0.manifests.sorted { $0.digest < $1.digest } }
            report.findings += found.withLock { $0.findings }
        }
        let blobs = Mutex<(bytes: Int64, findings: [Finding])>((0, []))
        // What is read whole takes a connection for long; what is asked for does not.
        try await forEach(parts.blobs, parallel: deep ? 4 : 8) { blob in
            let (bytes, finding) = try await check(blob, deep: deep)
            blobs.withLock {
                $0.bytes += bytes
                if let finding { $0.findings.append(finding) }
            }
        }
        report.blobs = parts.blobs.count
        report.bytesRead = blobs.withLock { $0.bytes }
        report.findings += blobs.withLock { $0.findings }
        report.findings.sort { $0.description < $1.description }
        return report
    }

    private func look(at child: ContentPart) async throws -> (Manifest?, Finding?) {
        let subject = "\(reference)@\(child.digest)"
        do {
            guard let manifest = try await manifest(child.digest.description) else {
                return (nil, Finding(.missing, subject, note: child.note))
            }
            let size = Int64(manifest.bytes.count)
            guard size != child.size else { return (manifest, nil) }
            return (manifest, .size(subject, child, size))
        } catch let error as OCIError where error.kind == .badData {
            return (nil, Finding(.corrupt, subject, note: error.message))
        }
    }

    private func check(_ blob: ContentPart, deep: Bool) async throws -> (Int64, Finding?) {
        let subject = "\(reference)@\(blob.digest)"
        guard let size = try await blobSize(blob.digest) else {
            return (0, Finding(.missing, subject, note: blob.note))
        }
        // A registry need not tell the size.
        guard size == -1 || size == blob.size else { return (0, .size(subject, blob, size)) }
        guard deep else { return (0, nil) }
        guard let (count, digest) = try await rehash(blob) else {
            return (0, Finding(.missing, subject, note: blob.note))
        }
        if count != blob.size { return (count, .size(subject, blob, count)) }
        guard digest != blob.digest else { return (count, nil) }
        return (
            count,
            Finding(
                .corrupt, subject, expected: "\(blob.digest)", observed: "\(digest)",
                note: blob.note)
        )
    }

    /// The size and digest of what is served for a blob, nil where nothing is; reading ends with
    /// the piece that goes past the size that it should have.
    private func rehash(_ blob: ContentPart) async throws -> (Int64, Digest)? {
        let moving = RetryProgress()
        do {
            return try await retrying("\(reference)@\(blob.digest)", progress: moving) { _ in
                let content = try await blobSource(blob.digest).open()
                var hash = SHA2(blob.digest.algorithm)
                while hash.count <= blob.size, let piece = try await content.read() {
                    hash.update(piece)
                    moving.note()
                }
                return (hash.count, hash.finalize())
            }
        } catch let error as OCIError where error.kind == .notFound {
            return nil
        }
    }
}

extension Finding {
    fileprivate static func size(_ subject: String, _ part: ContentPart, _ size: Int64) -> Finding {
        Finding(
            .size, subject, expected: "\(part.size)", observed: "\(size)", note: part.note)
    }
}

/// A manifest or blob as a manifest names it.
private struct ContentPart: Sendable {
    var digest: Digest
    var size: Int64
    var note: String
}

/// What manifests name, each once; twice where two give it different sizes.
private struct ContentParts {
    private struct Key: Hashable {
        var digest: Digest
        var size: Int64
    }

    private(set) var blobs: [ContentPart] = []
    private var seen: Set<Key> = []
    private var depth = 0

    /// Adds the blobs of manifests; returns their children that are manifests themselves.
    mutating func add(_ level: [Manifest]) throws(OCIError) -> [ContentPart] {
        var children: [ContentPart] = []
        for manifest in level {
            for child in manifest.children {
                guard let part = take(child, of: manifest, "manifest") else { continue }
                if child.mediaType.isManifest { children.append(part) } else { blobs.append(part) }
            }
            for (index, blob) in manifest.blobs.enumerated() {
                let isElsewhere =
                    blob.mediaType.isNonDistributable && blob.urls?.isEmpty == false
                let what = index == 0 ? "config" : "layer"
                if !isElsewhere, let part = take(blob, of: manifest, what) { blobs.append(part) }
            }
        }
        depth += 1
        guard depth <= Manifest.nestingLimit || children.isEmpty, seen.count < 10_000 else {
            throw OCIError(.badData, "the image's indexes nest too deep or name too much")
        }
        return children
    }

    private mutating func take(
        _ part: Descriptor, of manifest: Manifest, _ what: String
    ) -> ContentPart? {
        guard seen.insert(Key(digest: part.digest, size: part.size)).inserted else { return nil }
        return ContentPart(
            digest: part.digest, size: part.size, note: "\(what) of \(manifest.digest)")
    }
}
