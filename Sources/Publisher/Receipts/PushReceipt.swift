import Console
import OCIRegistry

/// What a push or copy tells, in each of the forms in which it is asked for.
struct PushReceipt {
    var source: String
    /// The repository or layout, without tag or digest.
    var destination: String
    var report: PushReport
    var statistics: CurlTransport.Statistics
    var duration: Duration

    private struct Document: Encodable {
        var source: String
        var destination: String
        var reference: String
        var digest: Digest
        var mediaType: MediaType
        var size: Int64
        var platforms: [String]
        var tags: [PushReport.TagResult]
        var blobs: [PushReport.Blob]
        var requests: [String: Int]
        var bytesSent: Int64
        var seconds: Double
    }

    /// Prints the digest, or the document; leaves the outputs of a workflow's step.
    func deliver(_ output: OutputOptions, _ session: Session) throws {
        if output.json {
            Terminal.write(JSON.encode(document, pretty: true) + [0x0a])
        } else {
            Terminal.write("\(report.digest)\n")
        }
        if !output.quiet { Terminal.writeError(summaryLine + "\n") }
        try StepOutput(environment: session.environment).write(
            values: [
                ("digest", report.digest.description),
                ("reference", reference),
            ], summary: markdown)
    }

    private var document: Document {
        Document(
            source: source, destination: destination, reference: reference,
            digest: report.digest, mediaType: report.mediaType, size: report.size,
            platforms: report.platforms, tags: report.tags, blobs: report.blobs,
            requests: statistics.requests, bytesSent: statistics.bytesSent, seconds: seconds)
    }

    private var reference: String { "\(destination)@\(report.digest)" }

    private var seconds: Double { Double(Int(duration / .milliseconds(1))) / 1000 }

    private var summaryLine: String {
        let counts = report.blobs.reduce(into: [String: Int]()) {
            $0[$1.outcome.rawValue, default: 0] += 1
        }
        let blobs = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
        let tags = report.tags.map { tag in
            tag.moved
                ? (tag.before == nil ? "\(tag.tag) (new)" : "\(tag.tag) (moved)")
                : "\(tag.tag) (as before)"
        }
        return "\(destination): \(tags.joined(separator: ", ")); blobs: \(blobs); "
            + "\(Sizes.text(statistics.bytesSent)) sent in \(seconds) s; read back and compared"
    }

    private var markdown: String {
        var text = "### \(destination)\n\n`\(report.digest)`\n\n| Tag | Before | After |\n"
        text += "|---|---|---|\n"
        for tag in report.tags {
            let before = tag.before.map { "`\($0.short)`" } ?? "new"
            text += "| `\(tag.tag)` | \(before) | `\(tag.after.short)` |\n"
        }
        return text + "\n\(Sizes.text(statistics.bytesSent)) sent in \(seconds) s.\n\n"
    }
}
