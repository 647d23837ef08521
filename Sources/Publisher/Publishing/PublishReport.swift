import Console
import FoundationEssentials
import ImageTags
import OCIRegistry

/// What a publish did, in each of the forms in which it is asked for.
struct PublishReport: Sendable {
    let plan: PublishPlan
    let source: String
    let results: [DestinationPublish.Ending]
    let statistics: CurlTransport.Statistics
    let started: Date
    let duration: Duration

    /// Whether everything that was meant is there.
    var isComplete: Bool { results.allSatisfy(\.place.complete) }

    /// Prints the digest or the receipt; leaves the receipt and the outputs of a workflow's step.
    ///
    /// Throws the first failure, where there is one.
    func deliver(_ output: OutputOptions, receiptFile: String?, _ session: Session) throws {
        let receipt = receipt(session.environment)
        if output.json {
            Terminal.write(receipt.document)
        } else if isComplete {
            Terminal.write(digests.map { "\($0)\n" }.joined())
        }
        if !output.quiet || !isComplete {
            for place in receipt.destinations { Terminal.writeError(Self.summary(place)) }
        }
        let kept = Result { if let receiptFile { try receipt.write(to: receiptFile) } }
        var values: [(String, String)] = []
        if isComplete, let place = receipt.destinations.first {
            values = [
                ("digest", place.digest.map { "\($0)" } ?? ""),
                ("reference", place.reference ?? ""),
            ]
        }
        if let receiptFile { values.append(("receipt", receiptFile)) }
        let left = Result {
            try StepOutput(environment: session.environment).write(
                values: values, summary: markdown(receipt))
        }
        let failures = results.compactMap(\.failure)
        for failure in failures.dropFirst() {
            Terminal.writeError("publisher: \(DestinationPublish.text(failure))\n")
        }
        if let failure = failures.first { throw failure }
        try kept.get()
        try left.get()
    }

    /// What was published: one digest, unless layers were found compressed otherwise in some registry.
    private var digests: [Digest] {
        results.compactMap(\.place.digest).reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    private var seconds: Double { Double(Int(duration / .milliseconds(1))) / 1000 }

    private func receipt(_ environment: [String: String]) -> PublishReceipt {
        PublishReceipt(
            image: plan.image.name, run: PublishReceipt.Run(environment: environment),
            gitRef: "\(plan.ref)", revision: "\(plan.facts.revision)", channel: plan.facts.channel,
            version: plan.facts.version?.description, source: source,
            destinations: results.map(\.place), bytesSent: statistics.bytesSent,
            requests: statistics.requests, started: started.formatted(.iso8601), seconds: seconds,
            complete: isComplete)
    }

    private static func summary(_ place: PublishReceipt.Destination) -> String {
        var text = "\(place.repository): \(place.complete ? "published" : "NOT complete")"
        if let digest = place.digest { text += " \(digest)" }
        let blobs = place.blobs.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        if !blobs.isEmpty { text += "; blobs: \(blobs.joined(separator: ", "))" }
        for tag in place.tags { text += "\n  \(tag.tag): \(tag.story)" }
        return text + "\n"
    }

    private func markdown(_ receipt: PublishReceipt) -> String {
        var text = "### \(plan.image.name), \(plan.facts.channel)"
        if let version = receipt.version { text += " \(version)" }
        text += "\n\nCommit `\(plan.facts.revision)`, `\(plan.ref)`\n\n"
        text += "| Repository | Tag | Before | Now | |\n|---|---|---|---|---|\n"
        for place in receipt.destinations {
            for tag in place.tags {
                let cells = [tag.before, tag.after].map { $0.map { "`\($0.short)`" } ?? "–" }
                text += "| `\(place.repository)` | `\(tag.tag)` | \(cells[0]) | \(cells[1]) | "
                text += "\(tag.story) |\n"
            }
        }
        text += "\n"
        for place in receipt.destinations {
            if let reference = place.reference { text += "`\(reference)`\n\n" }
            if let failure = place.failure {
                text += "**Not complete:** \(place.repository): \(failure)\n\n"
            }
        }
        return text + "\(Sizes.text(statistics.bytesSent)) sent in \(seconds) s.\n\n"
    }
}

extension PublishReceipt.TagEntry {
    /// What became of it, for people.
    fileprivate var story: String {
        switch outcome {
        case .created: "new"
        case .moved: "moved"
        case .already: "as before"
        case .superseded: "superseded, left alone: \(reason ?? "")"
        case .withheld: "left alone: a pre-release moves no alias"
        case .rolledBack: "put back"
        case .conflicted: "conflicted"
        case .untouched: "not written"
        }
    }
}
