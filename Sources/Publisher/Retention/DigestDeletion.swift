import FoundationEssentials
import ImageTags
import OCIRegistry

/// Deletes one digest with everything that holds it, if that is still what the plan says.
struct DigestDeletion: Sendable {
    /// How it ended.
    enum Outcome: Sendable {
        case deleted
        /// It was not there any more.
        case gone
        /// Something has changed since it was planned.
        case skipped(String)
        /// The registry does not delete.
        case unsupported(OCIError)
        case failed(OCIError)

        /// Whether it is not there now.
        var isAway: Bool {
            switch self {
            case .deleted, .gone: true
            case .skipped, .unsupported, .failed: false
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
        if dialect == .gitea {
            if let change = try await change(deletion) { return .skipped(change) }
            try await hold(document)
        }
        try journal.note(
            PruneJournal.Entry(
                repository: "\(repository.reference)", dialect: dialect, digest: deletion.digest,
                mediaType: deletion.mediaType, tags: deletion.tags, isListed: deletion.isListed,
                manifest: Data(document.bytes)))
        // The last look before the calls.
        if let change = try await change(deletion) { return .skipped(change) }
        switch dialect {
        case .oci: try await call(deletion.digest, "\(deletion.digest)")
        case .gitea:
            // By tag, so that one which somebody puts on it at this moment stays with it.
            for tag in deletion.tags { try await call(deletion.digest, "\(tag)") }
            if deletion.isListed { try await call(deletion.digest, "\(deletion.digest)") }
        }
        guard try await repository.digest("\(deletion.digest)") == nil else {
            return dialect == .gitea
                ? .skipped("something else has come to hold it: only what the plan names went")
                : .failed(
                    OCIError(
                        .protocolViolation, "it is still there although its deletion was accepted",
                        subject: "\(repository.reference)@\(deletion.digest)"))
        }
        return .deleted
    }

    /// What is not any more as planned; nil where all is. A tag that went meanwhile is no objection.
    private func change(_ deletion: Deletion) async throws -> String? {
        for tag in deletion.tags {
            let now = try await repository.digest("\(tag)")
            if let now, now != deletion.digest { return "tag \(tag) names \(now.short) now" }
        }
        guard dialect == .gitea else { return nil }
        let packages = GiteaPackages(repository)
        let rows =
            deletion.tags.map(\.description) + (deletion.isListed ? ["\(deletion.digest)"] : [])
        for name in rows {
            guard let row = try await packages.row(of: name), let planned = deletion.time,
                let time = Instant(row.created), time > planned
            else { continue }
            return "\(name) was pushed again at \(time)"
        }
        return nil
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
