import ArgumentParser
import Console
import OCIRegistry
import RunLedger

/// `publisher run uses`.
struct RunUses: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uses",
        abstract:
            "Find the runs that used a builder image, what they made, and where that is tagged now.",
        discussion: """
            A digest may be that of the builder's index, of a platform's manifest, or of a configuration; a \
            tag stands for what it names now. What was published is looked up in its registry: the tags \
            that name it now, however they came to; 'untagged' where it is there without, 'gone' where \
            it is not.

            Examples:
              publisher run uses sha256:…
              publisher run uses git.example.org/team/builder:latest --json
            """)

    @Argument(help: ArgumentHelp("The builder.", valueName: "digest|ref"))
    var builder: String

    @Flag(inversion: .prefixedNo, help: "Look up where what was published is tagged now.")
    var tags = true

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Ledger options") var ledger: LedgerOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let reading = try await LedgerReading(ledger, file, connection, output)
        let digests = try await digests(reading)
        let rows = try await reading.catalog(naming: digests).rows.filter { $0.used(digests) }
        var uses = BuilderUses(rows)
        if tags { try await uses.lookUp(reading.session) }
        if output.json {
            Terminal.write(JSON.encode(uses.uses, pretty: true) + [0x0a])
        } else {
            Terminal.write(uses.text)
        }
        if !output.quiet {
            Terminal.writeError("uses: \(uses.uses.count) jobs used \(builder)\n")
        }
    }

    /// The digests by which a record may name the builder.
    private func digests(_ reading: LedgerReading) async throws -> Set<Digest> {
        if let digest = try? Digest(parsing: builder) { return [digest] }
        let names = RepositoryNames(configuration: reading.configuration)
        let reference = try names.reference(builder)
        var digests = Set([reference.digest].compactMap { $0 })
        if let top = try await reading.session.repository(reference).manifest(reference.selector) {
            digests.insert(top.digest)
            digests.formUnion(top.children.filter { $0.platform?.isUnknown != true }.map(\.digest))
        }
        guard !digests.isEmpty else {
            throw OCIError(
                .notFound, "there is no such image", subject: builder,
                advice: "name the digest itself: what is gone may still be in the ledger")
        }
        return digests
    }
}
