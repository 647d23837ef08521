import FoundationEssentials
import ImageTags
import OCIRegistry
import Synchronization

/// Deletes one digest with everything that holds it, if that is still what the plan says.
struct DigestDeletion: Sendable {
    /// How it ended.
    enum Outcome: Sendable {
        case deleted
        /// It was not there any more.
        case gone
        /// Something has changed since it was planned.
        case skipped(String)
        /// Its deletion was accepted, and it is there: somebody has pushed it again at that moment, or the
        /// registry does not do what it says.
        case stayed
        /// The registry does not delete.
        case unsupported(OCIError)
        case failed(OCIError)

        /// Whether it is not there now.
        var isAway: Bool {
            switch self {
            case .deleted, .gone: true
            case .skipped, .stayed, .unsupported, .failed: false
            }
        }
    }

    /// The repository, opened for deleting.
    let repository: Repository
    let dialect: RetentionDialect
    let cache: DocumentCache
    let journal: PruneJournal
    /// Blobs that something that stays names.
    let sharedBlobs: Set<Digest>

    /// Never throws once a call may have been made.
    func run(_ deletion: Deletion) async -> Outcome {
        do {
            return try await attempt(deletion)
        } catch let error as OCIError where Self.isUnsupported(error) {
            return .unsupported(Self.unsupported(error, repository))
        } catch let error as OCIError {
            return .failed(error)
        } catch {
            return .failed(OCIError(.temporary, "interrupted", subject: "\(deletion.digest)"))
        }
    }

    private func attempt(_ deletion: Deletion) async throws -> Outcome {
        guard try await repository.digest("\(deletion.digest)") != nil else {
            return .gone
        }
        let document: DocumentCache.Document
        if let known = cache.document(deletion.digest) {
            document = known
        } else {
            guard let (bytes, type) = try await repository.storedManifest(deletion.digest) else {
                return .gone
            }
            document = .init(bytes: bytes, type: type)
        }
        if dialect == .gitea { try await hold(document) }
        try journal.note(
            PruneJournal.Entry(
                repository: "\(repository.reference)", dialect: dialect, digest: deletion.digest,
                mediaType: deletion.mediaType, tags: deletion.tags, isListed: deletion.isListed,
                manifest: Data(document.bytes)))
        // The last look before the calls.
        switch try await lastLook(deletion) {
        case .changed(let change): return .skipped(change)
        case .asPlanned(let holders):
            // From the first call on it goes to its end, so that what is told of it is true.
            return try await Task { try await delete(deletion.digest, holders) }.value
        }
    }

    private func delete(_ digest: Digest, _ holders: [String]) async throws -> Outcome {
        for holder in holders { try await call(digest, holder) }
        guard try await repository.digest("\(digest)") == nil else {
            return dialect == .gitea
                ? .skipped("something else has come to hold it: only what the plan names went")
                : .stayed
        }
        return .deleted
    }

    /// What became of a digest's holders since it was planned.
    private enum LastLook {
        /// Something is not as planned.
        case changed(String)
        /// All is; these are to be deleted. A tag or row that went meanwhile is no objection.
        case asPlanned([String])
    }

    private func lastLook(_ deletion: Deletion) async throws -> LastLook {
        let now = try await repository.digests(of: deletion.tags)
        for (tag, now) in now.sorted(by: { $0.key < $1.key }) where now != deletion.digest {
            return .changed("tag \(tag) names \(now.short) now")
        }
        guard dialect == .gitea else { return .asPlanned(["\(deletion.digest)"]) }
        // By tag, so that one which somebody puts on it at this moment stays with it.
        let names =
            deletion.tags.map(\.description) + (deletion.isListed ? ["\(deletion.digest)"] : [])
        let packages = GiteaPackages(repository)
        let found = Mutex<[String: GiteaPackages.Row]>([:])
        try await forEach(names, parallel: 8) { name in
            let row = try await packages.row(of: name)
            found.withLock { $0[name] = row }
        }
        let rows = found.withLock { $0 }
        var there: [String] = []
        for name in names {
            guard let row = rows[name] else { continue }
            if let planned = deletion.time, let time = Instant(row.created), time > planned {
                return .changed("\(name) was pushed again at \(time)")
            }
            there.append(name)
        }
        return .asPlanned(there)
    }

    /// On Gitea a blob is out of reach once the last manifest that names it goes, although its bytes stay
    /// until the next cleaning. Mounting it from the repository into itself makes it wait there for a
    /// manifest, for a day: so long a prune can be taken back.
    private func hold(_ document: DocumentCache.Document) async throws {
        guard let manifest = try? Manifest(bytes: document.bytes, declared: document.type)
        else { return }
        for blob in Set(manifest.blobs.map(\.digest)).subtracting(sharedBlobs) {
            _ = try await repository.mount(blob, from: repository.name)
        }
    }

    private func call(_ digest: Digest, _ selector: String) async throws {
        let call = PruneJournal.Call(
            repository: "\(repository.reference)", digest: digest, selector: selector)
        try journal.note(call)
        do {
            let isRow = dialect == .gitea && selector == "\(digest)"
            let deleted =
                isRow
                ? try await GiteaPackages(repository).delete(version: selector)
                : try await repository.delete(selector)
            try journal.note(call, deleted ? "deleted" : "gone")
        } catch {
            try journal.note(call, "failed")
            throw error
        }
    }

    private static func isUnsupported(_ error: OCIError) -> Bool {
        let status = error.exchange?.status ?? 0
        return [405, 501].contains(status)
            || status == 400 && error.exchange?.registryCodes.contains("UNSUPPORTED") == true
    }

    private static func unsupported(_ error: OCIError, _ repository: Repository) -> OCIError {
        var error = error
        error.kind = .protocolViolation
        error.subject = "\(repository.reference)"
        error.message = "unsupported: this registry does not delete manifests"
        error.advice =
            "let its operator allow it (REGISTRY_STORAGE_DELETE_ENABLED), or use the registry's own "
            + "retention; nothing that was asked for after this was deleted"
        return error
    }
}
