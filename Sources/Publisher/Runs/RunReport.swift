import Console
import FoundationEssentials
import OCIRegistry
import RunLedger

/// What `run start`, `run finish` and `run push` tell of a record.
struct RunReport: Sendable, Encodable {
    var type = "publisher.run.v1"
    /// `HOST/REPOSITORY`.
    var ledger: String
    /// The record's tag.
    var record: String
    /// The digest of its manifest, where the ledger has it.
    var digest: Digest?
    /// Whether the ledger has it.
    var stored: Bool
    /// The copy on this machine.
    var file: String
    var phase: RunRecord.Phase
    var grade: Grade
    var method: BuilderEvidence.Method
    /// The builder by digest.
    var builder: String?
    var evidence: BuilderEvidence
    var published: [String]

    private let failure: OCIError?

    init(_ outcome: RunJob.Outcome) {
        let record = outcome.signed.record
        ledger = record.ledger
        self.record = "\(outcome.signed.tag)"
        digest = outcome.digest
        stored = outcome.failure == nil
        file = outcome.file
        phase = record.phase
        grade = record.builder.grade
        method = record.builder.method
        builder = record.builder.reference
        evidence = record.builder
        published = record.published.map { "\($0.repository)@\($0.digest)" }
        failure = outcome.failure
    }

    enum CodingKeys: String, CodingKey {
        case type, ledger, record, digest, stored, file, phase, grade, method, builder, evidence
        case published
    }

    /// Prints the record's tag or the document; leaves the outputs of a workflow's step.
    func deliver(_ output: OutputOptions, _ session: Session) throws {
        if output.json {
            Terminal.write(JSON.encode(self, pretty: true) + [0x0a])
        } else {
            Terminal.write("\(record)\n")
        }
        if !output.quiet { Terminal.writeError(text) }
        if let failure {
            Terminal.writeError(
                "publisher: warning: the ledger does not have the record yet: \(failure.message)\n"
                    + "  next: 'publisher run push' sends \(file) later\n")
        }
        try StepOutput(environment: session.environment).write(
            values: [
                ("record", record), ("grade", grade.rawValue), ("builder", builder ?? ""),
                ("stored", stored ? "true" : "false"),
            ], summary: markdown)
    }

    private var text: String {
        let what =
            builder.map { "ran in \($0)" } ?? "it is not known which image it ran in"
        var text = "\(ledger):\(record): \(what), grade \(grade.rawValue) (\(method.rawValue))\n"
        for image in published { text += "  published \(image)\n" }
        for found in evidence.disagreements {
            text += "  disagreement: \(found.one), but \(found.other)\n"
        }
        for note in evidence.notes { text += "  \(note)\n" }
        if let seen = evidence.tagSeen {
            let digest = seen.digest.map { "\($0)" } ?? "nothing"
            text += "  \(seen.reference) names \(digest) now, which does not tell what ran\n"
        }
        return text
    }

    private var markdown: String {
        var text = "### Run record\n\n`\(ledger):\(record)`\n\n"
        text += "Builder: \(builder.map { "`\($0)`" } ?? "not known"), grade **\(grade.rawValue)**"
        text += " (\(method.rawValue))\n\n"
        for image in published { text += "- published `\(image)`\n" }
        for found in evidence.disagreements {
            text += "- **disagreement**: \(found.one), but \(found.other)\n"
        }
        return text + "\n"
    }
}
