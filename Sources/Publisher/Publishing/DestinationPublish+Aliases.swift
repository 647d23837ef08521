import ImageTags
import OCIRegistry

extension DestinationPublish {
    /// How often it is decided anew whose an alias is, because somebody else moved one meanwhile.
    private static let rounds = 5

    /// Moves the aliases that may move, together or not at all; says whether something was written.
    ///
    /// - Parameter now: what each tag names.
    func move(
        _ manifest: Manifest, _ now: [Tag: Digest], _ place: inout PublishReceipt.Destination
    ) async throws -> Bool {
        let aliases = AliasGuard(
            repository: repository, plan: plan, created: source.created, history: GitHistory())
        let tagsOwnManifests =
            if destination.registry.dialect == .gitea { true } else {
                try await repository.client.isGitea()
            }
        var held = now
        var reasons: [Digest: String?] = [manifest.digest: nil]
        var wrote = false
        for round in 1...Self.rounds {
            for digest in Set(plan.tags.rolling.compactMap { held[$0] })
            where reasons[digest] == nil {
                reasons[digest] = .some(try await aliases.reasonToLeave(digest))
            }
            let moving = note(held, reasons, manifest.digest, &place)
            guard !moving.isEmpty else { return wrote }
            let transaction = TagTransaction(
                repository: repository, deleting: deleting, manifest: manifest, tags: moving,
                tagsOwnManifests: tagsOwnManifests, isStored: true, freshness: .zero,
                progress: progress)
            let move = try await transaction.plan()
            for step in move.moves { held[step.tag] = step.before }
            // Somebody else may have moved one since it was decided.
            guard move.left.allSatisfy({ reasons[$0] == .some(nil) }) else { continue }
            let result = await transaction.carryOut(move)
            wrote = wrote || !result.written.isEmpty
            for step in move.moves { place.set(result.entry(step, .rolling)) }
            guard let failure = result.failure else { return wrote }
            guard result.isRaced, round < Self.rounds, !Task.isCancelled else {
                throw Self.told(failure, result.verdict)
            }
            for (tag, digest) in result.observed { held[tag] = digest }
        }
        throw OCIError(
            .temporary, "the rolling tags move faster than they can be read",
            subject: "\(repository.reference)", advice: "see who else moves them, then run again")
    }

    /// Notes what the aliases name that are not to move, and gives those that are.
    private func note(
        _ held: [Tag: Digest], _ reasons: [Digest: String?], _ digest: Digest,
        _ place: inout PublishReceipt.Destination
    ) -> [Tag] {
        var moving: [Tag] = []
        for tag in plan.tags.rolling {
            let reason = held[tag].flatMap { reasons[$0] ?? nil }
            place.note(tag, before: held[tag])
            if let reason {
                place.set(
                    tag, after: held[tag], .superseded, verified: "HEAD by tag", reason: reason)
            } else if held[tag] == digest {
                place.set(tag, after: held[tag], .already, verified: "HEAD by tag")
            } else {
                place.set(tag, after: held[tag], .untouched, verified: nil)
                moving.append(tag)
            }
        }
        return moving
    }

    private static func told(_ failure: OCIError, _ verdict: Verdict) -> OCIError {
        var failure = failure
        failure.message +=
            verdict == .rolledBack
            ? "; rolled back: every rolling tag is as it was before"
            : "; not every rolling tag is as it was, or as it was to be"
        return failure
    }
}
