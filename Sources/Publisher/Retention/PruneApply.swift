import ImageTags
import OCIRegistry
import Synchronization

/// Carries a plan out: what it names and what a new look at the repository would delete too, nothing else.
struct PruneApply: Sendable {
    /// Deletions at a time, and between two looks at what else happens in the repository.
    private static let parallel = 16
    private static let chunk = 64

    let survey: PruneSurvey
    let plan: PrunePlan
    let journal: PruneJournal
    /// What earlier runs of this plan did.
    let earlier: JournalReading?
    /// Told of each step.
    let progress: @Sendable (String) -> Void

    /// Never throws once something may have been deleted; see the report.
    func run(_ targets: [PruneTarget]) async throws -> ApplyReport {
        var report = ApplyReport(plan: plan.hash, journal: journal.path)
        for part in plan.repositories where !part.deletions.isEmpty {
            guard let target = targets.first(where: { "\($0.reference)" == part.repository }) else {
                continue
            }
            do {
                report.parts.append(try await carryOut(part, target, &report))
            } catch let error as OCIError {
                report.note(error)
            }
        }
        return report
    }

    private func carryOut(
        _ part: RepositoryPlan, _ target: PruneTarget, _ report: inout ApplyReport
    ) async throws -> ApplyReport.Part {
        progress("\(part.repository): looking again")
        let now = try await survey.look(at: target, planned: part.deletions)
        var result = ApplyReport.Part(repository: part.repository)
        var outcomes: [Digest: DigestDeletion.Outcome] = [:]
        let doomed = StillDoomed(part, now.plan, earlier)
        result.earlier = doomed.earlier
        result.gone = doomed.gone
        for digest in doomed.earlier + doomed.gone { outcomes[digest] = .gone }
        for note in doomed.skipped { outcomes[note.digest] = .skipped(note.note) }
        let reader = try await survey.reader(target.reference, target.dialect)
        let watch = RepositoryWatch(reader, now.snapshot, target.policy)
        let deletion = deletion(target, now)
        var waiting = part.deletions.filter { outcomes[$0.digest] == nil }
        if !waiting.isEmpty { try journal.note(PruneJournal.Look(now.plan)) }
        var spared: Set<Digest> = []
        while !waiting.isEmpty {
            let all = Set(waiting.map(\.digest))
            let ready = waiting.filter { all.isDisjoint(with: $0.after) }.prefix(Self.chunk)
            guard !ready.isEmpty else { break }
            do { spared.formUnion(try await watch.news()) } catch {
                report.note(error as? OCIError ?? OCIError(.temporary, "interrupted"))
                break
            }
            let done = await carryOut(Array(ready), deletion, spared, outcomes)
            outcomes.merge(done) { $1 }
            waiting.removeAll { done[$0.digest] != nil }
            progress("\(part.repository): \(outcomes.count) of \(part.deletions.count)")
            if done.values.contains(where: { $0.endsAll }) || Task.isCancelled { break }
        }
        settle(part, outcomes, doomed, &result, &report)
        // What is interrupted in the middle has to be looked after too.
        let check = SurvivorCheck(
            reader: reader, repository: deletion.repository, former: now.snapshot,
            journal: journal)
        let found = await Task { await check.run() }.value
        result.restored = found.restored
        result.broken = found.broken
        await noteStayed(part, outcomes, found.now, deletion.repository, &result, &report)
        if let error = found.error { report.note(error) }
        return result
    }

    private func deletion(_ target: PruneTarget, _ now: PruneSurvey.Outcome) -> DigestDeletion {
        let kept = Set(now.plan.kept.map(\.digest))
        let blobs = now.snapshot.manifests.filter { kept.contains($0.digest) }.flatMap(\.blobs)
        return DigestDeletion(
            repository: survey.session.repository(target.reference, .delete),
            dialect: now.snapshot.dialect, cache: survey.cache, journal: journal,
            sharedBlobs: Set(blobs.map(\.digest)))
    }

    private func carryOut(
        _ ready: [Deletion], _ deletion: DigestDeletion, _ spared: Set<Digest>,
        _ before: [Digest: DigestDeletion.Outcome]
    ) async -> [Digest: DigestDeletion.Outcome] {
        let outcomes = Mutex<[Digest: DigestDeletion.Outcome]>([:])
        let stop = Atomic(false)
        try? await forEach(ready, parallel: Self.parallel) { one in
            guard !stop.load(ordering: .relaxed), !Task.isCancelled else { return }
            let outcome: DigestDeletion.Outcome
            if spared.contains(one.digest) {
                outcome = .skipped("something new names it")
            } else if let owner = one.after.first(where: { before[$0]?.isAway == false }) {
                outcome = .skipped("\(owner.short), to which it belongs, stays")
            } else {
                outcome = await deletion.run(one)
            }
            if outcome.endsAll { stop.store(true, ordering: .relaxed) }
            outcomes.withLock { $0[one.digest] = outcome }
        }
        return outcomes.withLock { $0 }
    }

    /// Tells of what is there although its deletion was accepted: somebody has pushed it at that moment, or the
    /// registry does not do what it says. It is not to blame where something else than before leads to it, or
    /// where it did delete, and nothing leads to it yet.
    private func noteStayed(
        _ part: RepositoryPlan, _ outcomes: [Digest: DigestDeletion.Outcome],
        _ now: RepositorySnapshot?, _ repository: Repository, _ result: inout ApplyReport.Part,
        _ report: inout ApplyReport
    ) async {
        let reached = Set(now?.manifests.map(\.digest) ?? [])
        let holders = Set(now?.tags.map { "\($0.tag) \($0.digest)" } ?? [])
        let deletes = outcomes.values.contains(where: \.isAway)
        for deletion in part.deletions {
            let digest = deletion.digest
            guard case .stayed? = outcomes[digest] else { continue }
            let isAsBefore = deletion.tags.contains { holders.contains("\($0) \(digest)") }
            // Another prune may have had the last word.
            if !reached.contains(digest),
                case .success(nil) = await Result(catching: {
                    try await repository.digest("\(digest)")
                })
            {
                result.gone.append(digest)
            } else if !isAsBefore, deletes || reached.contains(digest) {
                result.skipped.append(
                    .init(digest: digest, note: "it was pushed again while it was deleted"))
            } else {
                let error = OCIError(
                    .protocolViolation, "it is still there although its deletion was accepted",
                    subject: "\(result.repository)@\(digest)",
                    advice: "the registry does not delete what it says; tell its operator")
                result.failed.append(.init(digest: digest, note: error.message))
                report.note(error)
            }
        }
    }

    private func settle(
        _ part: RepositoryPlan, _ outcomes: [Digest: DigestDeletion.Outcome],
        _ doomed: StillDoomed, _ result: inout ApplyReport.Part, _ report: inout ApplyReport
    ) {
        let known = Set(doomed.earlier + doomed.gone)
        for deletion in part.deletions where !known.contains(deletion.digest) {
            switch outcomes[deletion.digest] {
            case .deleted?:
                result.deleted.append(deletion.digest)
                result.freed += deletion.bytes
            case .gone?: result.gone.append(deletion.digest)
            case .stayed?: break
            case .skipped(let note)?:
                result.skipped.append(.init(digest: deletion.digest, note: note))
            case .unsupported(let error)?:
                result.isUnsupported = true
                report.note(error)
            case .failed(let error)?:
                result.failed.append(.init(digest: deletion.digest, note: error.message))
                report.note(error)
            case nil:
                let note = "not tried"
                result.failed.append(.init(digest: deletion.digest, note: note))
                if Task.isCancelled { report.note(OCIError(.temporary, "interrupted")) }
            }
        }
    }
}

extension PruneJournal.Look {
    init(_ plan: RepositoryPlan) {
        let tags = plan.kept.flatMap { kept in kept.tags.map { ("\($0)", kept.digest) } }
        self.init(repository: plan.repository, tags: Dictionary(uniqueKeysWithValues: tags))
    }
}

extension DigestDeletion.Outcome {
    /// Whether nothing more of the repository is worth a try.
    var endsAll: Bool {
        switch self {
        case .unsupported: true
        case .failed(let error):
            [.denied, .unreachable, .temporary, .configuration].contains(error.kind)
        case .deleted, .gone, .stayed, .skipped: false
        }
    }
}

/// Of a plan, what a plan made now would delete too.
struct StillDoomed: Sendable {
    /// What is not there any more, and was deleted by an earlier run of this plan.
    private(set) var earlier: [Digest] = []
    /// What is not there any more, whoever did it.
    private(set) var gone: [Digest] = []
    /// What stays now.
    private(set) var skipped: [ApplyReport.Note] = []

    init(_ plan: RepositoryPlan, _ now: RepositoryPlan, _ journal: JournalReading?) {
        let kept = Dictionary(uniqueKeysWithValues: now.kept.map { ($0.digest, $0) })
        let doomed = Dictionary(uniqueKeysWithValues: now.deletions.map { ($0.digest, $0) })
        let tried = Set(
            (journal?.calls ?? []).filter { $0.repository == plan.repository }.map(\.digest))
        for deletion in plan.deletions {
            if let still = doomed[deletion.digest] {
                let more = Set(still.tags).subtracting(deletion.tags).sorted()
                if let tag = more.first {
                    skipped.append(.init(digest: deletion.digest, note: "tag \(tag) is on it now"))
                } else if still.isListed, !deletion.isListed {
                    skipped.append(.init(digest: deletion.digest, note: "it was pushed again"))
                }
            } else if let reason = kept[deletion.digest]?.reason {
                skipped.append(.init(digest: deletion.digest, note: "it stays now: \(reason.root)"))
            } else if let reason = now.stopped {
                skipped.append(.init(digest: deletion.digest, note: reason))
            } else if tried.contains(deletion.digest) {
                earlier.append(deletion.digest)
            } else {
                gone.append(deletion.digest)
            }
        }
    }
}
