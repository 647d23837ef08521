import ArgumentParser
import Console
import OCIRegistry
import RunLedger

/// `publisher run push`.
struct RunPush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract:
            "Send the records that wait on this machine because the ledger could not be reached.",
        discussion: """
            Prints the tag of each. They are looked for where 'run start' has left them: in \
            PUBLISHER_RUN_DIR, else RUNNER_TEMP, else this user's own folder; or give the files.

            Example:
              publisher run push --key-file ledger.key run.json
            """)

    @Argument(help: "Signed records, as 'run start --record' writes them.")
    var files: [String] = []

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Ledger options") var ledger: LedgerOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let configuration = try await file.loadIfThere()
        let environment = ProcessEnvironment.current
        let access = try LedgerAccess(
            named: ledger.ledger, configuration, environment: environment)
        let session = try Session(
            connection, output, credentialsFor: access.place.host,
            registries: configuration?.registries ?? [])
        let sender = RecordSender(
            ledger: Ledger(
                session.repository(access.place, .push),
                keys: try access.publicKeys(ledger.publicKey)),
            folder: try RunFolder(environment: environment), logger: session.logger)
        let outcomes =
            files.isEmpty ? try await sender.pushPending() : try await sender.push(files: files)
        let reports = outcomes.map(RunReport.init)
        if output.json {
            Terminal.write(JSON.encode(reports, pretty: true) + [0x0a])
        } else {
            Terminal.write(reports.filter(\.stored).map { "\($0.record)\n" }.joined())
        }
        if let failure = outcomes.compactMap(\.failure).first { throw failure }
    }
}
