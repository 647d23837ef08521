import Console
import FoundationEssentials
import ImageTags
import OCIRegistry

/// What the publish of one image did, in each of the forms in which it is asked for.
struct PublishReport: Sendable {
    let order: PublishOrder
    let results: [DestinationPublish.Ending]
    /// What the whole run has sent, for all its images.
    let statistics: CurlTransport.Statistics
    let started: Date
    let duration: Duration

    private var plan: PublishPlan { order.plan }

    /// The image's name.
    var name: String { plan.image.name }

    /// Whether everything that was meant is there.
    var isComplete: Bool { results.allSatisfy(\.place.complete) }

    /// What went wrong, in the order of the registries.
    var failures: [any Error] { results.compactMap(\.failure) }

    /// What was published: one digest, unless layers were found compressed otherwise in some registry.
    var digests: [Digest] {
        results.compactMap(\.place.digest).reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    private var seconds: Double { Double(Int(duration / .milliseconds(1))) / 1000 }

    /// The receipt.
    func receipt(_ environment: [String: String]) -> PublishReceipt {
        PublishReceipt(
            image: name, run: PublishReceipt.Run(environment: environment),
            gitRef: "\(plan.ref)", revision: "\(plan.facts.revision)", channel: plan.facts.channel,
            version: plan.facts.version?.description, source: "\(order.location)",
            destinations: results.map(\.place), bytesSent: statistics.bytesSent,
            requests: statistics.requests, started: started.formatted(.iso8601), seconds: seconds,
            complete: isComplete)
    }

    /// What is there now, for people.
    var summary: String { results.map { Self.summary($0.place) }.joined() }

    private static func summary(_ place: PublishReceipt.Destination) -> String {
        var text = "\(place.repository): \(place.complete ? "published" : "NOT complete")"
        if let digest = place.digest { text += " \(digest)" }
        let blobs = place.blobs.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        if !blobs.isEmpty { text += "; blobs: \(blobs.joined(separator: ", "))" }
        for tag in place.tags { text += "\n  \(tag.tag): \(tag.story)" }
        return text + "\n"
    }

    /// The same as a table, for a workflow's summary.
    var markdown: String {
        let places = results.map(\.place)
        var text = "### \(name), \(plan.facts.channel)"
        if let version = plan.facts.version { text += " \(version)" }
        text += "\n\nCommit `\(plan.facts.revision)`, `\(plan.ref)`\n\n"
        text += "| Repository | Tag | Before | Now | |\n|---|---|---|---|---|\n"
        for place in places {
            for tag in place.tags {
                let cells = [tag.before, tag.after].map { $0.map { "`\($0.short)`" } ?? "–" }
                text += "| `\(place.repository)` | `\(tag.tag)` | \(cells[0]) | \(cells[1]) | "
                text += "\(tag.story) |\n"
            }
        }
        text += "\n"
        for place in places {
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
