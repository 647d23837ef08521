import ImageTags
import OCIRegistry

/// Looks, after a prune, whether everything that stays is whole, and puts back what a race took: a manifest
/// that an index came to name while it was being deleted, a tag that was moved onto a digest at the moment
/// at which that went.
struct SurvivorCheck: Sendable {
    struct Result: Sendable {
        var restored: [ApplyReport.Note] = []
        var broken: [ApplyReport.Note] = []
        /// What is there now, as far as a tag leads to it; nil where that is not known.
        var now: RepositorySnapshot?
        /// What ended it before its end.
        var error: OCIError?
    }

    let reader: SnapshotReader
    /// The repository, opened for writing.
    let repository: Repository
    /// What was there when the prune began.
    let former: RepositorySnapshot
    let journal: PruneJournal

    /// Puts lost tags back, walks everything again, asking the registry and not the cache, and puts back what
    /// it misses.
    func run() async -> Result {
        var result = Result()
        do { try await run(&result) } catch {
            result.error = error as? OCIError ?? OCIError(.temporary, "interrupted")
        }
        return result
    }

    private func run(_ result: inout Result) async throws {
        guard let reading = try JournalReading(journal.path) else { return }
        let name = "\(repository.reference)"
        var own: [Digest: PruneJournal.Entry] = [:]
        for entry in reading.entries where entry.repository == name { own[entry.digest] = entry }
        guard !own.isEmpty else { return }
        if former.dialect == .oci, reading.calls.contains(where: { $0.repository == name }) {
            try await restoreTags(reading.unchecked[name] ?? [:], &result)
        }
        var asking = reader
        asking.asksForKnown = true
        asking.asksForTags = true
        for _ in 0...Manifest.nestingLimit {
            let now = try await asking.read()
            var changed = false
            for digest in now.missing {
                guard let entry = own[digest] else { continue }
                changed = try await restore(entry, &result) || changed
            }
            guard changed else {
                noteBroken(now, &result)
                result.now = now
                return try journal.noteChecked(name)
            }
        }
    }

    /// Where a digest is deleted with all its tags, one that was moved onto it a moment before goes too. It
    /// is pointed back at what it last was seen to name, by this run or by one that was broken off. That a
    /// call was made is enough: whatever came of the digest afterwards, by another prune or a push, the tag
    /// may have gone with it.
    private func restoreTags(_ kept: [String: Digest], _ result: inout Result) async throws {
        let there = Set((try await repository.tags() ?? []).map(\.description))
        for (name, digest) in kept.sorted(by: { $0.key < $1.key }) where !there.contains(name) {
            guard try await repository.digest(name) == nil,
                let manifest = try await repository.manifest("\(digest)")
            else { continue }
            try await repository.put(manifest, tag: try Tag(name))
            result.restored.append(
                .init(digest: digest, note: "tag \(name), which was lost meanwhile"))
        }
    }

    private func restore(
        _ entry: PruneJournal.Entry, _ result: inout Result
    ) async throws -> Bool {
        guard !result.broken.contains(where: { $0.digest == entry.digest }) else { return false }
        do {
            let manifest = try Manifest(
                bytes: Array(entry.manifest), declared: entry.mediaType,
                algorithm: entry.digest.algorithm)
            try await repository.put(manifest)
            result.restored.append(
                .init(digest: entry.digest, note: "something new came to name it"))
            return true
        } catch let error as OCIError {
            result.broken.append(
                .init(digest: entry.digest, note: "cannot be put back: \(error.reasonOfLoss)"))
            return false
        }
    }

    /// What was whole before and is not now.
    private func noteBroken(_ now: RepositorySnapshot, _ result: inout Result) {
        let before = Set(former.missing)
        for digest in now.missing where !before.contains(digest) {
            guard !result.broken.contains(where: { $0.digest == digest }) else { continue }
            // A subject may go before what refers to it.
            guard now.manifests.contains(where: { $0.children.contains(digest) }) else { continue }
            result.broken.append(
                .init(digest: digest, note: "is named and not there; this prune did not delete it"))
        }
    }
}
