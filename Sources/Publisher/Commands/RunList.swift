import ArgumentParser
import Console
import OCIRegistry
import RunLedger

/// `publisher run list`.
struct RunList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the ledger's records.",
        discussion: """
            Only records that are to be believed are listed; the others are told on standard error. A grade \
            with '!' has evidence that contradicts itself.

            Example:
              publisher run list --since 7d
            """)

    @Option(
        help: ArgumentHelp(
            "Only of jobs that began then or later: 24h, 7d, 2026-07-01.", valueName: "when"))
    var since: String?

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Ledger options") var ledger: LedgerOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let table = try await RunTable.read(since, ledger, file, connection, output)
        Terminal.write(output.json ? table.json : Array(table.text.utf8))
    }
}

/// `publisher run export`.
struct RunExport: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case json, csv, markdown }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the ledger's records as a table for other programs.",
        discussion: """
            Example:
              publisher run export --format csv --since 2026-07-01 > runs.csv
            """)

    @Option(help: "The table's form.")
    var format = Format.json

    @Option(
        help: ArgumentHelp(
            "Only of jobs that began then or later: 24h, 7d, 2026-07-01.", valueName: "when"))
    var since: String?

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Ledger options") var ledger: LedgerOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let table = try await RunTable.read(since, ledger, file, connection, output)
        switch format {
        case .json: Terminal.write(table.json)
        case .csv: Terminal.write(table.csv)
        case .markdown: Terminal.write(table.markdown)
        }
    }
}

extension RunTable {
    /// Reads what began since a moment.
    fileprivate static func read(
        _ since: String?, _ ledger: LedgerOptions, _ file: ConfigurationOptions,
        _ connection: ConnectionOptions, _ output: OutputOptions
    ) async throws -> RunTable {
        let earliest = try since.map { (text) throws(OCIError) in try Since.parse(text) }
        let reading = try await LedgerReading(ledger, file, connection, output)
        let rows = try await reading.catalog().rows
        return RunTable(rows: rows.filter { row in earliest.map { row.started >= $0 } ?? true })
    }
}
