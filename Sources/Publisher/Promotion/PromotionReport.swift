import Console
import FoundationEssentials
import ImageTags
import OCIRegistry

/// What a promotion did, in each of the forms in which it is asked for.
struct PromotionReport: Sendable {
    let route: PromotionRoute
    let manifest: Manifest
    /// What was copied first, where the target is another repository.
    let copied: PushReport?
    let revision: Revision?
    let kinds: TagKinds
    let result: TagTransaction.Result
    let statistics: CurlTransport.Statistics
    let started: Date
    let duration: Duration

    private var isCommitted: Bool { result.verdict == .committed }

    /// Prints the digest or the receipt; leaves the receipt and the outputs of a workflow's step.
    ///
    /// Throws, where the tags did not move: ``Difference`` when they are in no known state, else the
    /// ``OCIError`` behind it.
    func deliver(_ output: OutputOptions, receiptFile: String?, _ session: Session) throws {
        let receipt = receipt(session.environment)
        if output.json {
            Terminal.write(receipt.document)
        } else if isCommitted {
            Terminal.write("\(manifest.digest)\n")
        }
        if !output.quiet || !isCommitted { Terminal.writeError(summaryLine(receipt) + "\n") }
        let kept = Result { if let receiptFile { try receipt.write(to: receiptFile) } }
        if isCommitted {
            try StepOutput(environment: session.environment).write(
                values: [("digest", "\(manifest.digest)"), ("reference", reference)],
                summary: markdown(receipt))
        }
        if let failure { throw failure }
        try kept.get()
    }

    private var reference: String { "\(route.target.with(digest: manifest.digest))" }

    private var failure: (any Error)? {
        guard var error = result.failure else { return nil }
        guard result.verdict == .conflicted else {
            error.message += "; rolled back: every tag is as it was before"
            return error
        }
        var text = "\(route.target): conflicted: not every tag is as it was, or as it was to be"
        for move in result.plan.moves {
            let observed =
                result.observed[move.tag].map { $0.map { "\($0)" } ?? "no such tag" }
                ?? "could not be read"
            text += "\n  tag \(move.tag)\n    expected: \(move.after)"
            text += "\n    or, as before: \(move.before.map { "\($0)" } ?? "no such tag")"
            text += "\n    observed: \(observed)"
        }
        text += "\n  because: \(error.message)"
        if let exchange = error.exchange {
            text += " (\(exchange.request) -> \(exchange.status.map { "\($0)" } ?? "no answer"))"
        }
        for error in result.leftOver { text += "\n  not put back: \(error.message)" }
        return Difference(
            message: text, advice: "see who else moves these tags, then run it again")
    }

    // MARK: The receipt

    private func receipt(_ environment: [String: String]) -> PublishReceipt {
        var place = PublishReceipt.Destination(
            repository: route.target.name, reference: reference, digest: manifest.digest,
            mediaType: manifest.mediaType, size: Int64(manifest.bytes.count),
            complete: isCommitted)
        place.platforms = platforms
        place.diffIDs = copied?.diffIDs
        if case .image(let image) = manifest.view { place.config = image.config.digest }
        place.tags = result.plan.moves.map(entry)
        place.blobs = (copied?.blobs ?? []).reduce(into: [:]) {
            $0[$1.outcome.rawValue, default: 0] += 1
        }
        place.failure = isCommitted ? nil : "\(result.verdict.rawValue): \(reason)"
        return PublishReceipt(
            image: route.image, run: PublishReceipt.Run(environment: environment),
            revision: revision?.description,
            source: "\(source)", destinations: [place], bytesSent: statistics.bytesSent,
            requests: statistics.requests, started: started.ISO8601Format(), seconds: seconds,
            complete: isCommitted)
    }

    /// The source as it was found.
    private var source: Reference {
        var source = route.source
        source.digest = manifest.digest
        return source
    }

    private var reason: String { result.failure?.message ?? "" }

    /// Nil where only the configuration tells, which is read when it is copied.
    private var platforms: [String]? {
        if let copied { return copied.platforms }
        guard case .index(let index) = manifest.view else { return nil }
        return index.manifests.compactMap(\.platform).filter { !$0.isUnknown }.map(\.description)
    }

    private func entry(_ move: TagMove) -> PublishReceipt.TagEntry {
        result.entry(move, kinds.kind(move.tag))
    }

    // MARK: For people

    private var seconds: Double { Double(Int(duration / .milliseconds(1))) / 1000 }

    private func summaryLine(_ receipt: PublishReceipt) -> String {
        let tags = receipt.destinations.flatMap(\.tags).map { "\($0.tag) (\($0.outcome.rawValue))" }
        return "\(route.target.name): \(result.verdict.rawValue): "
            + "\(tags.joined(separator: ", ")); \(Sizes.text(statistics.bytesSent)) sent in "
            + "\(seconds) s"
    }

    private func markdown(_ receipt: PublishReceipt) -> String {
        var text = "### \(route.target.name)\n\n`\(manifest.digest)`, promoted from `\(source)`"
        text += "\n\n| Tag | Before | After |\n|---|---|---|\n"
        for tag in receipt.destinations.flatMap(\.tags) {
            let before = tag.before.map { "`\($0.short)`" } ?? "new"
            text += "| `\(tag.tag)` | \(before) | `\(manifest.digest.short)` |\n"
        }
        return text + "\n\(Sizes.text(statistics.bytesSent)) sent in \(seconds) s.\n\n"
    }
}
