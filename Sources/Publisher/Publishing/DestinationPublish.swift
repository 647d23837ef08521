import ImageTags
import OCIRegistry

/// The writes of a publish in one repository: by digest, immutable tags, aliases; each is read back.
struct DestinationPublish: Sendable {
    let plan: PublishPlan
    let destination: ConfiguredRepository
    let source: SourceImage
    let survey: DestinationSurvey
    /// The repository, opened for deleting.
    let deleting: Repository
    /// Pushes without tags.
    let pusher: Pusher
    let progress: PushProgress.Sink

    /// How it ended.
    struct Result: Sendable {
        /// What is there now.
        var place: PublishReceipt.Destination
        /// Why it is not complete.
        var failure: (any Error)?
    }

    private var repository: Repository { survey.repository }

    /// Does it all; never throws, since what was written has to be told.
    func run(_ open: () async throws -> OpenedImage) async -> Result {
        var place = PublishReceipt.Destination(
            repository: destination.reference.name,
            tags: PublishReceipt.TagEntry.all(plan.tags, before: survey.before), complete: false)
        do {
            try await write(try await open(), &place)
            place.complete = true
            return Result(place: place)
        } catch {
            place.failure = Self.text(error)
            return Result(place: place, failure: error)
        }
    }

    /// A failure on one line.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as OCIError:
            let status = error.exchange?.status.map { " (\($0))" } ?? ""
            return "\(error.subject.map { "\($0): " } ?? "")\(error.message)\(status)"
        case let error as PolicyRefusal: return error.message.replacing("\n", with: ";")
        default: return "interrupted"
        }
    }

    private func write(
        _ image: OpenedImage, _ place: inout PublishReceipt.Destination
    ) async throws {
        let report = try await pusher.push(image, to: repository)
        try source.expect(report)
        place.take(report, source, destination)
        let tags = plan.tags.immutable + plan.tags.rolling
        async let heads = repository.digests(of: tags)
        let manifest = try await readBack("\(report.digest)", report.digest)
        let now = try await heads
        // Pushing took its time: no tag is written unless all that never move are free or right.
        for tag in plan.tags.immutable {
            place.note(tag, before: now[tag])
            if let other = now[tag] { try refuse(tag, other, unless: report.digest) }
        }
        var wrote = false
        for tag in plan.tags.immutable {
            if now[tag] == nil { wrote = try await create(tag, manifest) || wrote }
            let isNew = now[tag] == nil
            place.set(
                tag, after: report.digest, isNew ? .created : .already,
                verified: isNew ? "GET by tag" : "HEAD by tag")
        }
        wrote = try await move(manifest, now, &place) || wrote
        if wrote { _ = try await readBack("\(report.digest)", report.digest) }
    }

    // MARK: Immutable tags

    /// Writes a tag that was not there, and reads it back; false where another run has just written it.
    private func create(_ tag: Tag, _ manifest: Manifest) async throws -> Bool {
        let there = try await repository.digest("\(tag)")
        if let there { try refuse(tag, there, unless: manifest.digest) }
        if there == nil {
            try await repository.put(manifest, tag: tag)
            progress(.stored("tag \(tag)"))
        }
        _ = try await readBack("\(tag)", manifest.digest)
        return there == nil
    }

    private func refuse(_ tag: Tag, _ there: Digest, unless digest: Digest) throws {
        guard there != digest else { return }
        throw PolicyRefusal(
            "\(repository.reference.with(tag: tag)): the tag is immutable and names another "
                + "manifest\n  there: \(there)\n  to be: \(digest)\n  this tag was not written",
            advice: "another run has published at the same moment, or the same image was compressed "
                + "otherwise: compare the two with 'publisher inspect'")
    }

    private func readBack(_ selector: String, _ digest: Digest) async throws -> Manifest {
        let found = try await repository.manifest(selector)
        guard let found, found.digest == digest else {
            throw OCIError(
                .badData,
                "\(selector) reads back as \(found.map { "\($0.digest)" } ?? "nothing") after "
                    + "\(digest) was stored", subject: "\(repository.reference)",
                advice: "someone else wrote at the same moment, or the registry does not keep what it "
                    + "accepts: look at it before you publish again")
        }
        return found
    }

    // MARK: Aliases

    /// Moves the aliases that may move, together or not at all; says whether something was written.
    private func move(
        _ manifest: Manifest, _ now: [Tag: Digest], _ place: inout PublishReceipt.Destination
    ) async throws -> Bool {
        let aliases = AliasGuard(
            repository: repository, plan: plan, created: source.created, history: GitHistory())
        var held = now
        var free: Set<Digest> = [manifest.digest]
        var reasons: [Digest: String] = [:]
        for _ in 0..<5 {
            for digest in Set(plan.tags.rolling.compactMap { held[$0] })
            where reasons[digest] == nil && !free.contains(digest) {
                if let reason = try await aliases.reasonToLeave(digest) {
                    reasons[digest] = reason
                } else {
                    free.insert(digest)
                }
            }
            var moving: [Tag] = []
            for tag in plan.tags.rolling {
                let reason = held[tag].flatMap { reasons[$0] }
                place.note(tag, before: held[tag])
                if let reason {
                    place.set(
                        tag, after: held[tag], .superseded, verified: "HEAD by tag", reason: reason)
                } else if held[tag] == manifest.digest {
                    place.set(tag, after: held[tag], .already, verified: "HEAD by tag")
                } else {
                    moving.append(tag)
                }
            }
            guard !moving.isEmpty else { return false }
            let transaction = transaction(moving, manifest)
            let move = try await transaction.plan()
            for step in move.moves { held[step.tag] = step.before }
            // Somebody else may have moved one since it was decided.
            guard free.isSuperset(of: move.left) else { continue }
            return try await carryOut(move, transaction, &place)
        }
        throw OCIError(
            .temporary, "the rolling tags move faster than they can be read",
            subject: "\(repository.reference)", advice: "see who else moves them, then run again")
    }

    private func transaction(_ tags: [Tag], _ manifest: Manifest) -> TagTransaction {
        TagTransaction(
            repository: repository, deleting: deleting, manifest: manifest, tags: tags,
            tagsOwnManifests: destination.registry.dialect == .gitea, isStored: true,
            progress: progress)
    }

    private func carryOut(
        _ move: MovePlan, _ transaction: TagTransaction,
        _ place: inout PublishReceipt.Destination
    ) async throws -> Bool {
        let result = await transaction.carryOut(move)
        for step in move.moves { place.set(result.entry(step, .rolling)) }
        if var error = result.failure {
            error.message +=
                result.verdict == .rolledBack
                ? "; rolled back: every rolling tag is as it was before"
                : "; not every rolling tag is as it was, or as it was to be"
            throw error
        }
        return !result.written.isEmpty
    }
}
