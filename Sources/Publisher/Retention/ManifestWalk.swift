import ImageTags
import OCIRegistry
import Synchronization

/// Manifests and all that they name, level by level, each fetched at most once.
struct ManifestWalk: Sendable {
    /// Manifests above which a repository is refused.
    private static let limit = 500_000

    private let reader: SnapshotReader
    private var found: [Digest: ManifestEntry] = [:]
    private var platforms: [Digest: String] = [:]
    private let known: Set<Digest>
    /// What is named and not there.
    private(set) var missing: Set<Digest> = []

    init(_ reader: SnapshotReader, knowing snapshot: RepositorySnapshot? = nil) {
        self.reader = reader
        known = Set(snapshot?.manifests.map(\.digest) ?? []).union(snapshot?.missing ?? [])
    }

    /// What was found, sorted, with what rows tell.
    func entries(_ rows: PackageRows) -> [ManifestEntry] {
        found.values.map { entry in
            var entry = entry
            if let time = rows.digests[entry.digest] {
                entry.isListed = true
                entry.pushed = time
            }
            entry.platform = platforms[entry.digest]
            return entry
        }
    }

    /// Everything that was found or is named.
    var reached: Set<Digest> { Set(found.keys).union(missing) }

    /// Fetches these and what they name.
    ///
    /// Throws ``OCIError``; ``ReadingDoubt`` where one of these is not there any more, unless it may be
    /// missing.
    mutating func add(roots: Set<Digest>, mayBeMissing: Bool = false) async throws {
        var level = roots
        var depth = 0
        while !level.isEmpty {
            guard depth <= Manifest.nestingLimit + 2, found.count + level.count <= Self.limit else {
                throw OCIError(
                    .badData, "manifests nest too deep, or there are too many",
                    subject: "\(reader.repository.reference)",
                    advice: "nothing is planned on what cannot be read in full")
            }
            let documents = try await documents(level)
            if depth == 0, !mayBeMissing { try requireAll(level, documents) }
            var next: Set<Digest> = []
            for digest in level {
                guard let document = documents[digest] else {
                    missing.insert(digest)
                    continue
                }
                let entry = ManifestEntry(digest, document, &platforms)
                found[digest] = entry
                // What is not understood may name anything, blobs too.
                next.formUnion(entry.children)
                if let subject = entry.subject { next.insert(subject) }
            }
            level = next.filter { found[$0] == nil && !missing.contains($0) && !known.contains($0) }
            depth += 1
        }
    }

    private func requireAll(
        _ roots: Set<Digest>, _ documents: [Digest: DocumentCache.Document]
    ) throws {
        let lost = roots.subtracting(documents.keys)
        guard let first = lost.min() else { return }
        let error = OCIError(
            .temporary, "\(first) is listed, and not there when it is asked for",
            subject: "\(reader.repository.reference)",
            advice: "run again when no push is under way; if it stays so, the registry's storage "
                + "is damaged")
        throw ReadingDoubt(names: Set(lost.map(\.description)), error: error)
    }

    private func documents(
        _ digests: Set<Digest>
    ) async throws -> [Digest: DocumentCache.Document] {
        let documents = Mutex<[Digest: DocumentCache.Document]>([:])
        let reader = reader
        try await forEach(digests.sorted(), parallel: reader.parallel) { digest in
            guard let document = try await reader.document(digest) else { return }
            documents.withLock { $0[digest] = document }
        }
        return documents.withLock { $0 }
    }

    /// Finds out when what does not say it was made, from its configuration. Gitea's rows tell it better.
    mutating func addTimes(_ dialect: RetentionDialect) async throws {
        guard dialect == .oci else { return }
        let wanted = found.values.compactMap { entry -> (Digest, Digest)? in
            guard entry.created == nil, let config = entry.config else { return nil }
            return (entry.digest, config)
        }
        let times = Mutex<[Digest: Instant]>([:])
        let reader = reader
        try await forEach(wanted, parallel: reader.parallel) { digest, config in
            guard let time = try await reader.created(config) else { return }
            times.withLock { $0[digest] = time }
        }
        for (digest, time) in times.withLock({ $0 }) { found[digest]?.created = time }
    }
}

extension SnapshotReader {
    /// The manifest of a digest, from the cache where it is there; nil where the registry has none.
    func document(_ digest: Digest) async throws -> DocumentCache.Document? {
        if let known = cache.document(digest) {
            guard asksForKnown else { return known }
            return try await repository.digest("\(digest)") == nil ? nil : known
        }
        guard let (bytes, type) = try await repository.storedManifest(digest) else { return nil }
        let document = DocumentCache.Document(bytes: bytes, type: type)
        cache.keep(document, as: digest)
        return document
    }

    /// When an image was made, as its configuration says; nil where it does not, or is not there.
    fileprivate func created(_ config: Digest) async throws -> Instant? {
        struct Created: Decodable { var created: String? }
        var bytes = cache.document(config)?.bytes
        if bytes == nil {
            do {
                let fetched = try await repository.blob(config, limit: ImageConfig.sizeLimit)
                cache.keep(.init(bytes: fetched, type: .ociConfig), as: config)
                bytes = fetched
            } catch let error as OCIError where error.kind == .notFound || error.kind == .badData {
                return nil
            }
        }
        let text = try? JSON.decode(Created.self, from: bytes ?? [], what: "the configuration")
        return text?.created.flatMap { Instant($0) }
    }
}
