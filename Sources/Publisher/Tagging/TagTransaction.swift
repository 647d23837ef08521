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
    /// Whether the manifest was just read from this very repository, and need not be stored by digest.
    var isStored = false
    /// How long what was read before counts as what is there: a tag is looked at again before a write that
    /// comes later, so that retries do not run over what others wrote meanwhile.
    var freshness = Duration.seconds(5)
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
        /// The tags that were written, or may have been.
        var written: Set<Tag> = []
        /// Why it did not end well; never nil where it is not committed.
        var failure: OCIError?
        /// What could not be put back, and why.
        var leftOver: [OCIError] = []
        /// Whether nothing is in the way but what somebody else wrote at the same moment.
        var isRaced = false
    }

    /// Reads, plans, writes, reads back, and puts back where need be.
    ///
    /// Throws ``OCIError`` when the tags cannot be read at first: nothing was written then.
    func run() async throws -> Result { await carryOut(try await plan()) }

    /// What each tag names now, and what is to be done about it. Throws ``OCIError``.
    func plan() async throws -> MovePlan {
        let before = try await concurrently(tags) { try await repository.digest("\($0)") }
        return MovePlan(tags, to: manifest.digest, before: before.compactMapValues { $0 })
    }

    /// Carries a plan out that was just made.
    func carryOut(_ plan: MovePlan) async -> Result {
        guard !plan.writes.isEmpty else {
            return Result(
                plan: plan, verdict: .committed,
                observed: Dictionary(uniqueKeysWithValues: plan.moves.map { ($0.tag, $0.after) }))
        }
        let planned = ContinuousClock.now
        var written: [TagMove] = []
        var failure: OCIError?
        do {
            try await store(plan)
            for move in plan.writes {
                try Task.checkCancellation()
                // What is left out now is found to be so when all tags are read.
                if planned.duration(to: .now) >= freshness, try await hasMoved(move) { break }
                written.append(move)
                try await Self.seeingThrough { try await repository.put(manifest, tag: move.tag) }
                progress(.stored("tag \(move.tag)"))
            }
        } catch {
            failure = Self.failure(error)
        }
        // What is interrupted in the middle has to be read and put back too.
        let (moves, reason) = (written, failure)
        return await Task { await settle(plan, written: moves, reason) }.value
    }

    /// Finds out how it ended, and puts back what did not end well.
    private func settle(
        _ plan: MovePlan, written: [TagMove], _ reason: OCIError?
    ) async -> Result {
        var leftOver: [OCIError] = []
        var observed = await observe(plan)
        let steps =
            Verdict(plan, observed: observed) == .committed
            ? [] : Restoration.of(written, observed: observed)
        let tried = Set(written.map(\.tag))
        let strays = plan.moves.filter { move in
            observed[move.tag] != .some(tried.contains(move.tag) ? move.after : move.before)
        }
        for step in steps {
            do { try await carryOut(step, plan.target) } catch {
                leftOver.append(Self.failure(error))
            }
        }
        if !steps.isEmpty { observed = await observe(plan) }
        let verdict = Verdict(plan, observed: observed)
        return Result(
            plan: plan, verdict: verdict, observed: observed, written: tried,
            failure: verdict == .committed
                ? nil
                : reason ?? Self.drift(strays.isEmpty ? plan.writes : strays, repository.reference),
            leftOver: leftOver,
            isRaced: verdict != .committed && reason == nil && leftOver.isEmpty)
    }

    /// Stores by digest what is to be tagged and, where tags own manifests, what they leave.
    private func store(_ plan: MovePlan) async throws {
        if !isStored, try await repository.digest("\(manifest.digest)") == nil {
            try await repository.put(manifest)
        }
        guard tagsOwnManifests else { return }
        for digest in plan.left {
            guard let left = try await repository.manifest("\(digest)") else { continue }
            try await repository.put(left)
            progress(.stored("manifest \(digest), which a tag leaves"))
        }
    }

    /// Whether a tag is not any more what it was.
    private func hasMoved(_ move: TagMove) async throws -> Bool {
        try await repository.digest("\(move.tag)") != move.before
    }

    private func carryOut(_ step: Restoration, _ target: Digest) async throws {
        // Another step took its time: what is there now may be somebody else's.
        guard try await repository.digest("\(step.tag)") == target else { return }
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

    private func concurrently<T: Sendable>(
        _ tags: [Tag], _ ask: @escaping @Sendable (Tag) async throws -> T
    ) async throws -> [Tag: T] {
        try await withThrowingTaskGroup(of: (Tag, T).self) { group in
            for tag in Set(tags) { group.addTask { (tag, try await ask(tag)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Runs a write. Where the task is cancelled meanwhile, its answer gets a few seconds to come: one
    /// that is cut off may be carried out after the tags were read back.
    static func seeingThrough(
        _ write: @escaping @Sendable () async throws -> Void
    ) async throws {
        let writing = Task { try await write() }
        try await withTaskCancellationHandler {
            try await writing.value
        } onCancel: {
            Task.detached {
                try? await Task.sleep(for: .seconds(5))
                writing.cancel()
            }
        }
    }

    private static func failure(_ error: any Error) -> OCIError {
        error as? OCIError ?? OCIError(.temporary, "interrupted")
    }

    private static func drift(_ moves: [TagMove], _ place: Reference) -> OCIError {
        OCIError(
            .temporary,
            "somebody else wrote at the same moment: "
                + moves.map { "'\($0.tag)'" }.joined(separator: ", "),
            subject: "\(place)", advice: "see who else moves these tags, then run again")
    }
}
