import ImageTags
import OCIRegistry
import Synchronization

/// Reads all of a repository: every tag, every manifest that these reach, and on Gitea every row. Whatever
/// is in doubt stops the reading; only a clear 404 means that something is not there.
struct SnapshotReader: Sendable {
    let repository: Repository
    let dialect: RetentionDialect
    let cache: DocumentCache
    /// Requests at a time, with those that wait for the transport.
    let parallel: Int
    /// When the reading begins.
    let now: Instant
    /// Whether manifests that are in the cache are asked for all the same, by HEAD: whether they are there
    /// still.
    var asksForKnown = false
    /// Whether tags are asked for although it is remembered what they name.
    var asksForTags = false

    /// How often a repository is read while others write there.
    private static let attempts = 5

    /// What is there. What others write or delete in the middle makes parts of it contradict each other: then
    /// it is read again.
    ///
    /// Throws ``OCIError``; not found where there is no such repository.
    func read() async throws -> RepositorySnapshot {
        var before: Set<String> = []
        for _ in 0..<Self.attempts {
            do { return try await readOnce() } catch let doubt as ReadingDoubt {
                guard doubt.names.isDisjoint(with: before) else { throw doubt.error }
                before = doubt.names
            }
        }
        throw OCIError(
            .temporary, "it changes faster than it can be read", subject: "\(repository.reference)",
            advice: "nothing is planned on half a list: run again when no push is under way")
    }

    private func readOnce() async throws -> RepositorySnapshot {
        async let listing = rows()
        guard let tags = try await allTags() else {
            _ = try await listing
            throw OCIError(
                .notFound, "no such repository", subject: "\(repository.reference)",
                advice: "check the name; a private one may need 'publisher login'")
        }
        let rows = try await listing
        try requireAll(rows, tags)
        let memory = TagMemory(repository.reference, in: cache)
        let digests = try await digests(of: tags, rows, asksForTags ? nil : memory)
        var walk = ManifestWalk(self)
        try await walk.add(roots: Set(digests.values).union(rows.digests.keys))
        try await walk.addTimes(dialect)
        let present = TagMemory(digests, rows, at: now, after: memory)
        present.keep(for: repository.reference, in: cache)
        return RepositorySnapshot(
            repository: "\(repository.reference)", dialect: dialect, takenAt: now,
            tags: digests.map { .init($0.key, $0.value, pushed: present.pushed($0.key)) },
            manifests: walk.entries(rows), missing: Array(walk.missing))
    }

    /// What refers to these digests, as far as the registry lists it.
    func referrers(of digests: [Digest]) async throws -> Set<Digest> {
        let found = Mutex<Set<Digest>>([])
        try await forEach(digests, parallel: parallel) { digest in
            let own = try await repository.referrers(of: digest).map(\.digest)
            found.withLock { $0.formUnion(own) }
        }
        return found.withLock { $0 }
    }

    /// The same snapshot with these digests and what they name, as far as they are there and not in it yet;
    /// nil where there is nothing more.
    func extend(
        _ snapshot: RepositorySnapshot, with digests: Set<Digest>
    ) async throws -> RepositorySnapshot? {
        let known = Set(snapshot.manifests.map(\.digest)).union(snapshot.missing)
        let new = digests.subtracting(known)
        guard !new.isEmpty else { return nil }
        var walk = ManifestWalk(self, knowing: snapshot)
        try await walk.add(roots: new, mayBeMissing: true)
        try await walk.addTimes(dialect)
        return RepositorySnapshot(
            repository: snapshot.repository, dialect: dialect, takenAt: snapshot.takenAt,
            tags: snapshot.tags, manifests: snapshot.manifests + walk.entries(PackageRows()),
            missing: snapshot.missing + walk.missing)
    }

    /// Every tag; nil where there is no repository. A list that ends where it has no end is in doubt.
    private func allTags() async throws -> [Tag]? {
        guard let tags = try await repository.tags() else { return nil }
        guard let last = tags.last else { return tags }
        let more = try await repository.tags(after: last, limit: 2)
        let absent = Set(more).subtracting(tags)
        guard absent.isEmpty else {
            let error = OCIError(
                .protocolViolation, "the registry's list of tags is cut short after \(tags.count)",
                subject: "\(repository.reference)",
                advice: "nothing is planned on half a list; tell the registry's operator")
            throw ReadingDoubt(names: Set(absent.map(\.description)), error: error)
        }
        return tags
    }

    private func rows() async throws -> PackageRows {
        guard dialect == .gitea else { return PackageRows() }
        let packages = GiteaPackages(repository, parallel: parallel)
        let release = try await packages.release()
        if let fault = release.faultOfDeletion {
            throw PolicyRefusal(
                "\(repository.reference): \(fault)",
                advice: "upgrade Gitea to 1.25.2 or later first")
        }
        return PackageRows(try await packages.rows(release) ?? [], release)
    }

    /// A tag that has a row has to be in the list.
    private func requireAll(_ rows: PackageRows, _ tags: [Tag]) throws {
        let absent = Set(rows.tags.keys).subtracting(tags.map(\.description))
        guard let first = absent.min() else { return }
        let error = OCIError(
            .temporary, "tag '\(first)' is in Gitea's packages and not in the list of tags",
            subject: "\(repository.reference)",
            advice: "nothing is planned on half a list: run again when no push is under way")
        throw ReadingDoubt(names: absent, error: error)
    }

    private func digests(
        of tags: [Tag], _ rows: PackageRows, _ memory: TagMemory?
    ) async throws -> [Tag: Digest] {
        var known: [Tag: Digest] = [:]
        for tag in tags { known[tag] = memory?.digest(tag, rows) }
        let found = Mutex(known)
        try await forEach(tags.filter { known[$0] == nil }, parallel: parallel) { tag in
            // One that was deleted since the list was read is not there.
            guard let digest = try await repository.digest("\(tag)") else { return }
            found.withLock { $0[tag] = digest }
        }
        return found.withLock { $0 }
    }
}

/// What was read contradicts itself. A change in the middle explains that once; what is in doubt again when it
/// is read anew is a fault.
struct ReadingDoubt: Error {
    /// The tags or digests that are in doubt.
    var names: Set<String>
    /// What it is if it stays so.
    var error: OCIError
}

/// Gitea's rows of an image by what they are called.
struct PackageRows: Sendable {
    /// The release that told of them; empty where none did.
    private(set) var release = ""
    /// The row of each tag.
    private(set) var tags: [String: GiteaPackages.Row] = [:]
    /// When each manifest came that was pushed by its digest.
    private(set) var digests: [Digest: Instant?] = [:]

    init() {}

    init(_ rows: [GiteaPackages.Row], _ release: GiteaRelease) {
        self.release = "\(release)"
        for row in rows {
            if let digest = try? Digest(parsing: row.version) {
                digests[digest] = Instant(row.created)
            } else {
                tags[row.version] = row
            }
        }
    }
}
