import ArgumentParser
import Console
import OCIRegistry
import RunLedger

/// `publisher run verify`.
struct RunVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that records are what was signed, where they belong, and good enough.",
        discussion: """
            Reads every record anew: its signature and type, the ledger and the tag that it was made for, \
            the record that it goes on from, and with a minimum grade its evidence, which must not \
            contradict itself either. Without a record all are checked.

            A ledger cannot tell of a record that was deleted. What an earlier 'run export' knows can: keep one \
            where nobody who can write to the ledger can change it, and compare.

            One line a fault on standard output: its kind, the record, what is wrong. Exits 11 where there \
            is one.

            Examples:
              publisher run verify
              publisher run verify 4711 --minimum-grade B
              publisher run verify --earlier runs-2026-07.json
            """)

    @Argument(help: ArgumentHelp("A record's tag, or a run's id.", valueName: "record|run"))
    var record: [String] = []

    @Option(help: ArgumentHelp("The worst grade that will do: A, B, C or D.", valueName: "grade"))
    var minimumGrade: String?

    @Option(
        help: ArgumentHelp(
            "Check the grade only of jobs that began then or later: 24h, 7d, 2026-07-01.",
            valueName: "when"))
    var since: String?

    @Option(
        help: ArgumentHelp(
            "Find what this earlier 'run export' has and the ledger has no more, or otherwise; may be "
                + "repeated.", valueName: "file"))
    var earlier: [String] = []

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Ledger options") var ledger: LedgerOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        if let minimumGrade, Grade(rawValue: minimumGrade).map({ $0 == .e }) ?? true {
            throw ValidationError("--minimum-grade is A, B, C or D")
        }
        if !earlier.isEmpty && !record.isEmpty {
            throw ValidationError("--earlier is about the whole ledger: name no record")
        }
    }

    func run() async throws {
        let earliest = try since.map { (text) throws(OCIError) in try Since.parse(text) }
        let reading = try await LedgerReading(ledger, file, connection, output)
        let minimum =
            minimumGrade.flatMap(Grade.init(rawValue:))
            ?? reading.configuration?.ledger?.minimumGrade
        let tags =
            record.isEmpty
            ? try await reading.ledger.tags()
            : try await RecordSelection(ledger: reading.ledger).tags(record)
        let exports = try earlier.map { (path) throws(OCIError) in try EarlierExport(file: path) }
        guard !tags.isEmpty || !exports.isEmpty else {
            throw OCIError(
                .notFound, "no record is in the ledger", subject: reading.ledger.name,
                advice: "check its name; 'publisher run start' writes the first one")
        }
        var check = LedgerCheck(minimum: minimum, since: earliest)
        try await check.read(tags, of: reading.ledger, comparing: exports)
        try check.report(reading.ledger.name).deliver(output)
    }
}
