import FoundationEssentials
import ImageTags
import OCIRegistry

/// Looks at repositories and at what needs them, and plans; nothing is ever written.
struct PruneSurvey: Sendable {
    /// A repository as it is, and what is to become of it.
    struct Outcome: Sendable {
        var target: PruneTarget
        var snapshot: RepositorySnapshot
        var plan: RepositoryPlan
    }

    let session: Session
    let cache: DocumentCache
    /// Requests at a time, with those that wait for the transport.
    let parallel: Int
    /// What needs something from outside of the repositories.
    private(set) var roots: [RetentionRoot] = []
    /// What could not be told of that.
    private(set) var warnings: [String] = []

    /// Now, in whole seconds.
    static var now: Instant { Instant(seconds: Int64(Date().timeIntervalSince1970)) }

    init(_ session: Session, cache: DocumentCache, parallel: Int) {
        self.session = session
        self.cache = cache
        self.parallel = parallel
    }

    /// Adds what is needed by pins in files, by receipts and by records of runs, as the configuration says,
    /// and by a file of such needs: a JSON list of ``RetentionRoot``.
    ///
    /// Throws ``OCIError`` where any of them cannot be read: then nobody knows what is needed.
    mutating func addRoots(
        _ configuration: Configuration, _ targets: [PruneTarget], files: [String]
    ) async throws {
        let settings = configuration.retention?.roots
        let pins = try PinFiles(
            settings?.pins ?? [], folder: configuration.folder,
            repositories: Array(Set(targets.map(\.reference.repository))).sorted())
        roots += pins.roots
        warnings += pins.warnings
        roots += try ReceiptRoots(
            settings?.receipts, folder: configuration.folder, now: Self.now
        ).roots
        if let age = settings?.ledger {
            guard let ledger = configuration.ledger else {
                throw OCIError(
                    .configuration, "retention: roots: ledger is given, and no ledger is named",
                    subject: configuration.path,
                    advice:
                        "name it: \"ledger: {repository: REGISTRY/REPOSITORY}\"; nobody knows what is "
                        + "needed otherwise")
            }
            let dialect: RetentionDialect =
                ledger.repository.registry.dialect == .gitea ? .gitea : .oci
            let reader = try await reader(ledger.repository.reference, dialect)
            roots += try await LedgerRoots(reader: reader, age: age.seconds).roots()
        }
        for file in files {
            let what = "a file of roots"
            guard let (bytes, _) = try LocalFile.read(file, limit: 64 << 20, what: what) else {
                throw OCIError(.notFound, "there is no such file", subject: file)
            }
            roots += try JSON.decode([RetentionRoot].self, from: bytes, what: file)
        }
    }

    /// Reads a repository and plans. What refers to something that would go is looked for until there is no
    /// more of it.
    ///
    /// - Parameter planned: what an earlier plan deletes: of that, what no tag leads to any more is looked
    ///   for by its digest, because a prune that was broken off may have left it.
    func look(at target: PruneTarget, planned: [Deletion] = []) async throws -> Outcome {
        var reader = try await reader(target.reference, target.dialect)
        // Who is about to delete takes nobody's word for what a tag names.
        reader.asksForTags = !planned.isEmpty
        var snapshot = try await reader.read()
        if reader.dialect == .oci, !planned.isEmpty {
            var asking = reader
            asking.asksForKnown = true
            let digests = Set(planned.map(\.digest))
            snapshot = try await asking.extend(snapshot, with: digests) ?? snapshot
            snapshot.addTimes(planned)
        }
        var plan = RepositoryPlan(snapshot, policy: target.policy, roots: roots)
        guard reader.dialect == .oci else {
            return Outcome(target: target, snapshot: snapshot, plan: plan)
        }
        var asked: Set<Digest> = []
        for _ in 0..<Manifest.nestingLimit {
            let new = plan.deletions.map(\.digest).filter { asked.insert($0).inserted }
            let referrers = try await reader.referrers(of: new)
            guard let more = try await reader.extend(snapshot, with: referrers) else { break }
            snapshot = more
            plan = RepositoryPlan(snapshot, policy: target.policy, roots: roots)
        }
        return Outcome(target: target, snapshot: snapshot, plan: plan)
    }

    /// A reader of a repository. One that shows itself as Gitea's is read as such, whatever is said of it.
    func reader(
        _ reference: Reference, _ dialect: RetentionDialect
    ) async throws -> SnapshotReader {
        let repository = session.repository(reference)
        var isGitea = dialect == .gitea
        if !isGitea { isGitea = try await repository.client.isGiteaByRelease() }
        return SnapshotReader(
            repository: repository, dialect: isGitea ? .gitea : .oci, cache: cache,
            parallel: parallel, now: Self.now)
    }
}

extension RepositorySnapshot {
    /// Gives what does not tell when it was made the time that a plan knew, from what it belonged to.
    fileprivate mutating func addTimes(_ planned: [Deletion]) {
        let times = Dictionary(planned.map { ($0.digest, $0.time) }) { first, _ in first }
        for index in manifests.indices where manifests[index].created == nil {
            guard let time = times[manifests[index].digest] else { continue }
            manifests[index].created = time
        }
    }
}
