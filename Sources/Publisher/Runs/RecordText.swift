import FoundationEssentials
import OCIRegistry
import RunLedger

/// A record for people.
struct RecordText {
    let text: String

    init(_ signed: SignedRecord) {
        let record = signed.record
        let builder = record.builder
        var table = Table()
        table.add("record", "\(record.ledger):\(signed.tag)")
        table.add("job", "\(record.run.job), attempt \(record.run.attempt) of run \(record.run.id)")
        if let url = record.run.repositoryURL ?? record.run.repository { table.add("source", url) }
        if let revision = record.run.revision {
            table.add("commit", "\(revision)\(record.run.ref.map { " (\($0))" } ?? "")")
        }
        if let workflow = record.run.workflow { table.add("workflow", workflow) }
        if let actor = record.run.actor { table.add("actor", actor) }
        if let runner = record.run.runner { table.add("runner", runner) }
        table.add("started", record.started.formatted(.iso8601))
        if let finished = record.finished { table.add("finished", finished.formatted(.iso8601)) }
        if let previous = record.previous { table.add("goes on from", "\(previous)") }
        table.add("builder", builder.reference ?? "not known")
        table.add("grade", "\(builder.grade.rawValue) (\(builder.method.rawValue))")
        for step in builder.proof {
            table.add("proof", "\(step.what) \(step.value) (\(step.from))")
        }
        for found in builder.disagreements {
            table.add("disagreement", "\(found.one), but \(found.other)")
        }
        for note in builder.notes { table.add("note", note) }
        if let seen = builder.tagSeen {
            table.add(
                "tag then", "\(seen.reference) named \(seen.digest.map { "\($0)" } ?? "nothing")")
        }
        for image in record.published {
            let tags = image.tags.isEmpty ? "" : " as \(image.tags.joined(separator: ", "))"
            table.add("published", "\(image.repository)@\(image.digest)\(tags)")
        }
        for base in record.bases { table.add("made on", "\(base)") }
        text = table.text
    }
}
