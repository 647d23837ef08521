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
    struct Ending: Sendable {
        /// What is there now.
        var place: PublishReceipt.Destination
        /// Why it is not complete.
        var failure: (any Error)?
    }

    var repository: Repository { survey.repository }

    /// Does it all; never throws, since what was written has to be told.
    func run(_ open: () async throws -> OpenedImage) async -> Ending {
        var place = PublishReceipt.Destination(
            repository: destination.reference.name,
            tags: PublishReceipt.TagEntry.all(plan.tags, before: survey.before), complete: false)
        do {
            try await write(open, &place)
            place.complete = true
            return Ending(place: place)
        } catch {
            place.failure = Self.text(error)
            return Ending(place: place, failure: error)
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
        _ open: () async throws -> OpenedImage, _ place: inout PublishReceipt.Destination
    ) async throws {
        let report = try await pusher.push(try await open(), to: repository)
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
            if now[tag] != nil {
                place.set(tag, after: report.digest, .already, verified: "HEAD by tag")
            } else {
                wrote = try await create(tag, manifest, &place) || wrote
            }
        }
        wrote = try await move(manifest, now, &place) || wrote
        guard wrote else { return }
        _ = try await readBack("\(report.digest)", report.digest)
        // A prune may have taken a child that was found there, before a tag led to it.
        if try await lacksChild(manifest) {
            _ = try await pusher.push(try await open(), to: repository)
        }
    }

    private func lacksChild(_ manifest: Manifest) async throws -> Bool {
        for child in manifest.children where child.mediaType.isManifest {
            if try await repository.digest("\(child.digest)") == nil { return true }
        }
        return false
    }

    // MARK: Immutable tags

    /// Writes a tag that was not there and reads it back; says whether it wrote, since another run may
    /// have been faster.
    private func create(
        _ tag: Tag, _ manifest: Manifest, _ place: inout PublishReceipt.Destination
    ) async throws -> Bool {
        let digest = manifest.digest
        if let there = try await repository.digest("\(tag)") {
            place.note(tag, before: there)
            try refuse(tag, there, unless: digest)
            place.set(tag, after: there, .already, verified: "HEAD by tag")
            return false
        }
        let writing = await Result {
            try await TagTransaction.seeingThrough { try await repository.put(manifest, tag: tag) }
        }
        // Whatever became of the request, interrupted or not: what counts is what is there now.
        let reading = await Task {
            await Result { try await repository.manifest("\(tag)")?.digest }
        }.value
        guard case .success(let there) = reading else {
            place.set(tag, after: nil, .conflicted, verified: nil, reason: "it could not be read")
            try writing.get()
            _ = try reading.get()
            return true
        }
        let outcome: PublishReceipt.TagEntry.Outcome =
            there == digest ? .created : there == nil ? .untouched : .conflicted
        place.set(tag, after: there, outcome, verified: "GET by tag")
        guard there == digest else {
            try writing.get()
            throw Self.lost("\(tag)", there, digest, repository)
        }
        progress(.stored("tag \(tag)"))
        return true
    }

    private func refuse(_ tag: Tag, _ there: Digest, unless digest: Digest) throws {
        guard there != digest else { return }
        throw PolicyRefusal(
            "\(repository.reference.with(tag: tag)): the tag is immutable and names another "
                + "manifest\n  there: \(there)\n  to be: \(digest)\n  this tag was not written",
            advice:
                "another run has published at the same moment, or the same image was compressed "
                + "otherwise: compare the two with 'publisher inspect'")
    }

    private func readBack(_ selector: String, _ digest: Digest) async throws -> Manifest {
        let found = try await repository.manifest(selector)
        guard let found, found.digest == digest else {
            throw Self.lost(selector, found?.digest, digest, repository)
        }
        return found
    }

    private static func lost(
        _ selector: String, _ found: Digest?, _ digest: Digest, _ repository: Repository
    ) -> OCIError {
        OCIError(
            .badData,
            "\(selector) reads back as \(found.map { "\($0)" } ?? "nothing") after "
                + "\(digest) was stored", subject: "\(repository.reference)",
            advice: "someone else wrote at the same moment, or the registry does not keep what it "
                + "accepts: look at it before you publish again")
    }
}
