import ImageTags
import OCIRegistry

/// Moves several tags of one repository to one manifest: all of them, or none.
///
/// A registry has no transactions. What it has is reading back: before-digests first, then the writes in
/// order, then what every tag names; and where that is not what was meant, what this wrote is put back,
/// the last first, unless somebody else has written there meanwhile.
struct TagTransaction: Sendable {
    /// The repository, opened for pushing.
    let repository: Repository
    /// The same, opened for deleting: a tag that was new goes again when all is put back.
    let deleting: Repository
    /// What the tags are to name. Its blobs and children are there.
    let manifest: Manifest
    /// The tags, in the order in which they are written.
    let tags: [Tag]
    /// Whether a manifest is lost when its last tag leaves it, as on Gitea: then what the tags leave is
    /// stored by digest first, so that a pin survives.
    let tagsOwnManifests: Bool
    /// Told of each step.
    let progress: PushProgress.Sink

    /// How it ended. Never throws once something may have been written.
    struct Result: Sendable {
        /// What was to be done.
        var plan: MovePlan
        /// How it ended.
        var verdict: Verdict
        /// What each tag names at the end; tags that could not be read are not in it.
        var observed: [Tag: Digest?]
        /// Why it did not end well.
        var failure: OCIError?
    }

    /// Reads, plans, writes, reads back, and puts back where need be.
    ///
    /// Throws ``OCIError`` when the tags cannot be read at first: nothing was written then.
    func run() async throws -> Result {
        let plan = try await plan()
        guard !plan.writes.isEmpty else {
            return Result(
                plan: plan, verdict: .committed,
                observed: Dictionary(uniqueKeysWithValues: plan.moves.map { ($0.tag, $0.after) }))
        }
        // What is interrupted in the middle has to be put back too.
        return await Task { await carryOut(plan) }.value
    }

    /// What each tag names now, and what is to be done about it.
    func plan() async throws -> MovePlan {
        let before = try await concurrently(tags) { try await repository.digest("\($0)") }
        return MovePlan(tags, to: manifest.digest, before: before.compactMapValues { $0 })
    }

    private func carryOut(_ plan: MovePlan) async -> Result {
        var failure: OCIError?
        do {
            try await store(plan)
            for move in plan.writes {
                try await repository.put(manifest, tag: move.tag)
                progress(.stored("tag \(move.tag)"))
            }
        } catch {
            failure = Self.failure(error)
        }
        var observed = await observe(plan)
        var verdict = Verdict(plan, observed: observed)
        guard verdict != .committed else {
            return Result(plan: plan, verdict: verdict, observed: observed, failure: nil)
        }
        for step in Restoration.of(plan, observed: observed) {
            do { try await carryOut(step) } catch { failure = failure ?? Self.failure(error) }
        }
        observed = await observe(plan)
        verdict = Verdict(plan, observed: observed)
        return Result(plan: plan, verdict: verdict, observed: observed, failure: failure)
    }

    /// Stores by digest what is to be tagged and, where tags own manifests, what they leave.
    private func store(_ plan: MovePlan) async throws {
        if try await repository.digest("\(manifest.digest)") == nil {
            try await repository.put(manifest)
        }
        guard tagsOwnManifests else { return }
        for digest in plan.left {
            guard let left = try await repository.manifest("\(digest)") else { continue }
            try await repository.put(left)
            progress(.stored("manifest \(digest), which a tag leaves"))
        }
    }

    private func carryOut(_ step: Restoration) async throws {
        switch step {
        case .point(let tag, let digest):
            guard let former = try await repository.manifest("\(digest)") else {
                throw OCIError(
                    .notFound, "\(digest) is gone, so tag '\(tag)' cannot be pointed back at it",
                    subject: "\(repository.reference)")
            }
            try await repository.put(former, tag: tag)
        case .delete(let tag): _ = try await deleting.delete("\(tag)")
        }
        progress(.stored("\(step)"))
    }

    private func observe(_ plan: MovePlan) async -> [Tag: Digest?] {
        let found = try? await concurrently(plan.moves.map(\.tag)) { tag -> Digest?? in
            do { return .some(try await repository.digest("\(tag)")) } catch { return nil }
        }
        return (found ?? [:]).compactMapValues { $0 }
    }

    private static func failure(_ error: any Error) -> OCIError {
        error as? OCIError ?? OCIError(.temporary, "interrupted")
    }

    private func concurrently<T: Sendable>(
        _ tags: [Tag], _ ask: @escaping @Sendable (Tag) async throws -> T
    ) async throws -> [Tag: T] {
        try await withThrowingTaskGroup(of: (Tag, T).self) { group in
            for tag in Set(tags) { group.addTask { (tag, try await ask(tag)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}
