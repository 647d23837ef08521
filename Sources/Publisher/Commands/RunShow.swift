import ArgumentParser
import Console
import FoundationEssentials
import OCIRegistry
import RunLedger

/// `publisher run show`.
struct RunShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a record says, with the proof of its builder.",
        discussion: """
            Without a record, shows what this job has begun with. A record that is not to be believed is \
            not shown.

            Examples:
              publisher run show
              publisher run show 4711
              publisher run show --json run-4711-1-build-0123abcd
            """)

    @Argument(help: ArgumentHelp("A record's tag, or a run's id.", valueName: "record|run"))
    var record: [String] = []

    @Option(help: ArgumentHelp("Show the record in this file; may be repeated.", valueName: "file"))
    var recordFile: [String] = []

    @Flag(help: "Print the statements' exact bytes, one a line.")
    var raw = false

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Ledger options") var ledger: LedgerOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let reading = try await LedgerReading(ledger, file, connection, output)
        let records = try await records(reading)
        if raw || output.json {
            Terminal.write(records.flatMap { $0.payload + [0x0a] })
        } else {
            Terminal.write(records.map { RecordText($0).text }.joined(separator: "\n"))
        }
    }

    private func records(_ reading: LedgerReading) async throws -> [SignedRecord] {
        var records: [SignedRecord] = []
        do {
            for path in recordFile {
                guard let (bytes, _) = try LocalFile.read(path) else {
                    throw OCIError(.notFound, "there is no such file", subject: path)
                }
                records.append(
                    try SignedRecord(
                        bytes: bytes, tag: nil, ledger: nil, keys: reading.ledger.keys))
            }
            let tags = try await RecordSelection(ledger: reading.ledger).tags(record)
            for tag in tags {
                guard let entry = try await reading.ledger.entry(tag) else {
                    throw OCIError(
                        .notFound, "there is no such record",
                        subject: "\(reading.ledger.name):\(tag)",
                        advice: "'publisher run list' shows what there is")
                }
                records.append(entry.signed)
            }
        } catch let fault as RecordFault {
            throw OCIError(
                .badData, "the record is not to be believed: \(fault)",
                subject: (recordFile + record).joined(separator: ", "))
        }
        if record.isEmpty && recordFile.isEmpty {
            let environment = reading.session.environment
            let run = try RunIdentity(environment: environment)
            guard
                let begun = try RunFolder(environment: environment)
                    .openRecord(run, keys: reading.ledger.keys)
            else {
                throw OCIError(
                    .notFound, "this job has begun no record", subject: run.invocation,
                    advice: "name a record or run, or begin with 'publisher run start'")
            }
            records.append(begun)
        }
        return records.sorted { ($0.record.started, $0.tag) < ($1.record.started, $1.tag) }
    }
}
