import ImageTags
import OCIRegistry

/// Takes a prune back by its journal: manifests, then tags, as long as the registry has their blobs.
struct PruneUndo: Sendable {
    /// What came of it.
    struct Report: Sendable, Encodable {
        /// Digests that were put back.
        var restored: [Digest] = []
        /// Digests that were there with their tags.
        var there: [Digest] = []
        /// Tags that name something else by now, and were left alone.
        var taken: [String] = []
        /// Digests that could not be put back, with the reason.
        var lost: [ApplyReport.Note] = []
    }

    let session: Session
    let journal: JournalReading
    /// Told of each step.
    let progress: @Sendable (String) -> Void

    /// Puts back what was deleted, what is named before what names it. Throws ``OCIError`` where a registry
    /// cannot be asked.
    func run() async throws -> Report {
        let tried = Set(journal.calls.map { "\($0.repository)@\($0.digest)" })
        var report = Report()
        // What was deleted first names what was deleted after it.
        for entry in journal.entries.reversed()
        where tried.contains("\(entry.repository)@\(entry.digest)") {
            try Task.checkCancellation()
            try await restore(entry, &report)
            progress("\(entry.repository)@\(entry.digest)")
        }
        return report
    }

    private func restore(_ entry: PruneJournal.Entry, _ report: inout Report) async throws {
        let reference = try Reference(parsing: entry.repository)
        let repository = session.repository(reference, .push)
        let manifest = try Manifest(
            bytes: Array(entry.manifest), declared: entry.mediaType,
            algorithm: entry.digest.algorithm)
        guard manifest.digest == entry.digest else {
            throw OCIError(
                .badData, "the journal's manifest of \(entry.digest) has another digest",
                advice: "the journal was changed since it was written")
        }
        do {
            var wrote = false
            // On Gitea a tag holds its manifest by itself.
            let needsDigest = entry.dialect == .oci || entry.isListed || entry.tags.isEmpty
            if needsDigest, try await !isThere(entry, repository) {
                try await repository.put(manifest)
                wrote = true
            }
            for tag in entry.tags {
                let now = try await repository.digest("\(tag)")
                if now == nil {
                    try await repository.put(manifest, tag: tag)
                    wrote = true
                } else if now != entry.digest {
                    report.taken.append("\(reference.with(tag: tag))")
                }
            }
            guard try await repository.digest("\(entry.digest)") != nil || !wrote else {
                throw OCIError(.protocolViolation, "it was accepted and is not there")
            }
            if wrote {
                report.restored.append(entry.digest)
            } else {
                report.there.append(entry.digest)
            }
        } catch let error as OCIError where Self.isFinal(error) {
            let reason =
                error.namesUnknownBlob
                ? "the registry has its blobs no longer" : error.message
            report.lost.append(.init(digest: entry.digest, note: reason))
        }
    }

    /// Whether the digest is held as it was.
    private func isThere(
        _ entry: PruneJournal.Entry, _ repository: Repository
    ) async throws -> Bool {
        guard entry.dialect == .gitea else {
            return try await repository.digest("\(entry.digest)") != nil
        }
        return try await GiteaPackages(repository).row(of: "\(entry.digest)") != nil
    }

    /// Whether it is about this manifest alone.
    private static func isFinal(_ error: OCIError) -> Bool {
        [.notFound, .badData, .protocolViolation].contains(error.kind) || error.namesUnknownBlob
    }
}
