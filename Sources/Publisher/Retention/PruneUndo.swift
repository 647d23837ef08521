import ImageTags
import OCIRegistry
import Synchronization

/// Takes a prune back by its journal: manifests, then tags, as long as the registry has their blobs.
struct PruneUndo: Sendable {
    /// Manifests that are put back at a time.
    private static let parallel = 16

    /// What came of it, in the order in which it was to be put back.
    struct Report: Sendable, Encodable {
        /// Digests that were put back.
        var restored: [Digest] = []
        /// Digests that were there with their tags.
        var there: [Digest] = []
        /// Tags that name something else by now, and were left alone.
        var taken: [String] = []
        /// Digests that could not be put back, with the reason.
        var lost: [ApplyReport.Note] = []

        fileprivate mutating func add(_ other: Report) {
            restored += other.restored
            there += other.there
            taken += other.taken
            lost += other.lost
        }
    }

    /// An entry of the journal with its manifest.
    private struct Item: Sendable {
        let entry: PruneJournal.Entry
        let manifest: Manifest

        /// `HOST/REPOSITORY@DIGEST`.
        var name: String { "\(entry.repository)@\(entry.digest)" }
        /// The names of its children, without which it is not whole.
        var children: [String] { manifest.children.map { "\(entry.repository)@\($0.digest)" } }
        /// The names of what it names.
        var named: [String] {
            children
                + [manifest.subject].compactMap { $0 }.map { "\(entry.repository)@\($0.digest)" }
        }

        init(_ entry: PruneJournal.Entry) throws {
            self.entry = entry
            do {
                manifest = try Manifest(
                    bytes: Array(entry.manifest), declared: entry.mediaType,
                    algorithm: entry.digest.algorithm)
            } catch {
                var error = error
                error.subject = "\(entry.digest)"
                error.advice = "the journal was changed since it was written"
                throw error
            }
            guard manifest.digest == entry.digest else {
                throw OCIError(
                    .badData, "the journal's manifest of \(entry.digest) has another digest",
                    advice: "the journal was changed since it was written")
            }
        }
    }

    let session: Session
    let journal: JournalReading
    /// Told of each step.
    let progress: @Sendable (String) -> Void

    /// Puts back what was deleted, what is named before what names it.
    ///
    /// Throws ``OCIError``: bad data, before anything is written, where the journal is not whole; else where a
    /// registry cannot be asked.
    func run() async throws -> Report {
        let tried = Set(journal.calls.map { "\($0.repository)@\($0.digest)" })
        // What was deleted first names what was deleted after it.
        let items = try journal.entries.reversed()
            .filter { tried.contains("\($0.repository)@\($0.digest)") }.map(Item.init)
        var report = Report()
        let blobs = KnownBlobs()
        var lost: Set<String> = []
        for level in Self.levels(items) {
            let parts = Mutex<[String: Report]>([:])
            try await forEach(level, parallel: Self.parallel) { [lost] item in
                let part = try await restore(item, blobs, without: lost)
                parts.withLock { $0[item.name] = part }
                progress(item.name)
            }
            let found = parts.withLock { $0 }
            for item in level {
                let part = found[item.name] ?? Report()
                if !part.lost.isEmpty { lost.insert(item.name) }
                report.add(part)
            }
        }
        return report
    }

    /// The same items in steps: all that one names is in an earlier step than it.
    private static func levels(_ items: [Item]) -> [[Item]] {
        var depths: [String: Int] = [:]
        var levels: [[Item]] = []
        for item in items {
            let depth = item.named.compactMap { depths[$0] }.max().map { $0 + 1 } ?? 0
            depths[item.name] = depth
            if depth == levels.count { levels.append([]) }
            levels[depth].append(item)
        }
        return levels
    }

    private func restore(
        _ item: Item, _ blobs: KnownBlobs, without lost: Set<String>
    ) async throws -> Report {
        let (entry, manifest) = (item.entry, item.manifest)
        var report = Report()
        guard lost.isDisjoint(with: item.children) else {
            report.lost.append(.init(digest: entry.digest, note: "what it names is lost"))
            return report
        }
        let reference = try Reference(parsing: entry.repository)
        let repository = session.repository(reference, .push)
        do {
            // Gitea refuses a manifest whose blobs are gone; others may take it, and serve an image that is not whole.
            if entry.dialect == .oci, try await !blobs.holdAll(of: manifest, in: repository) {
                report.lost.append(.init(digest: entry.digest, note: OCIError.blobsAreGone))
                return report
            }
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
            report.lost.append(.init(digest: entry.digest, note: error.reasonOfLoss))
        }
        return report
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

extension OCIError {
    /// Why a manifest that was deleted cannot be put back.
    var reasonOfLoss: String { namesUnknownBlob ? Self.blobsAreGone : message }

    fileprivate static let blobsAreGone = "the registry has its blobs no longer"
}

/// Which blobs a repository has; what is known is not asked for again.
private final class KnownBlobs: Sendable {
    private let known = Mutex<[String: Bool]>([:])

    /// Whether all that a manifest names is there, but for what it says to be elsewhere.
    func holdAll(of manifest: Manifest, in repository: Repository) async throws -> Bool {
        for blob in manifest.blobs where blob.urls?.isEmpty ?? true {
            let name = "\(repository.reference)@\(blob.digest)"
            var isThere = known.withLock { $0[name] }
            if isThere == nil { isThere = try await repository.hasBlob(blob) }
            known.withLock { $0[name] = isThere }
            guard isThere == true else { return false }
        }
        return true
    }
}
