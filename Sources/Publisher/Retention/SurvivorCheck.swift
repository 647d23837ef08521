import ImageTags
import OCIRegistry

/// Looks, after a prune, whether everything that stays is whole, and puts back what a race took: a manifest
/// that an index came to name while it was being deleted, a tag that was moved onto a digest at the moment
/// at which that went.
struct SurvivorCheck: Sendable {
    struct Result: Sendable {
        var restored: [ApplyReport.Note] = []
        var broken: [ApplyReport.Note] = []
        /// What is there now, as far as a tag leads to it.
        var now: RepositorySnapshot?
    }

    let reader: SnapshotReader
    /// The repository, opened for writing.
    let repository: Repository
    /// What was there when the prune began.
    let former: RepositorySnapshot
    /// What was to stay.
    let kept: [Kept]
    let journal: PruneJournal

    /// Walks everything again, asking the registry and not the cache. Throws ``OCIError`` where it cannot.
    func run(after deleted: [Digest]) async throws -> Result {
        var result = Result()
        guard let reading = try JournalReading(journal.path) else { return result }
        var own: [Digest: PruneJournal.Entry] = [:]
        for entry in reading.entries where entry.repository == "\(repository.reference)" {
            own[entry.digest] = entry
        }
        guard !own.isEmpty else { return result }
        for round in 0...Manifest.nestingLimit {
            var asking = reader
            asking.asksForKnown = true
            asking.asksForTags = true
            let now = try await asking.read()
            var changed = false
            if round == 0 {
                changed = try await restoreTags(now, own, deleted, &result)
            }
            for digest in now.missing {
                guard let entry = own[digest] else { continue }
                changed = try await restore(entry, &result) || changed
            }
            guard changed else {
                noteBroken(now, &result)
                result.now = now
                return result
            }
        }
        return result
    }

    /// Where a digest is deleted with all its tags, one that was moved onto it a moment before goes too. It
    /// is pointed back at what it last was seen to name.
    private func restoreTags(
        _ now: RepositorySnapshot, _ own: [Digest: PruneJournal.Entry], _ deleted: [Digest],
        _ result: inout Result
    ) async throws -> Bool {
        guard former.dialect == .oci, !deleted.isEmpty else { return false }
        let there = Set(now.tags.map(\.tag))
        var changed = false
        for kept in kept {
            for tag in kept.tags where !there.contains(tag) {
                guard try await repository.digest("\(tag)") == nil,
                    let manifest = try await repository.manifest("\(kept.digest)")
                else { continue }
                try await repository.put(manifest, tag: tag)
                result.restored.append(
                    .init(digest: kept.digest, note: "tag \(tag), which was lost meanwhile"))
                changed = true
            }
        }
        return changed
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
                .init(digest: entry.digest, note: "cannot be put back: \(error.message)"))
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
