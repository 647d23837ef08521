import ArgumentParser
import OCIRegistry
import RunLedger

/// `publisher run finish`.
struct RunFinish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finish",
        abstract: "Record what this job has published. 'publish' does it by itself.",
        discussion: """
            What the job ran in is taken from the record of 'run start', whatever a tag names by now. Where \
            the ledger cannot be reached, the record is kept, and this ends with that failure's code.

            Examples:
              publisher run finish --receipt receipt.json
              publisher run finish --published git.example.org/team/app@sha256:…
            """)

    @Option(
        help: ArgumentHelp(
            "An image that was published; may be repeated.",
            valueName: "host/repository:tag|@digest"))
    var published: [String] = []

    @Option(
        help: ArgumentHelp(
            "Everything that this receipt of a publish says is there; may be repeated.",
            valueName: "file"))
    var receipt: [String] = []

    @Option(
        help: ArgumentHelp(
            "An image that it was made on, where its annotations or labels do not tell; may be repeated.",
            valueName: "host/repository@digest"))
    var base: [String] = []

    @Option(help: ArgumentHelp("Write the signed record here too.", valueName: "file"))
    var record: String?

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Ledger options") var ledger: LedgerOptions
    @OptionGroup(title: "Signing options") var signing: SigningOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws { try signing.check(connection) }

    func run() async throws {
        let bases = try base.map { text in
            let reference = try Reference(parsing: text)
            guard reference.digest != nil else {
                throw OCIError(
                    .usage, "a base image is named by digest", subject: text,
                    advice: "write HOST/REPOSITORY@sha256:…")
            }
            return reference
        }
        let (job, session, names) = try await RunJob.open(
            file, ledger, signing, connection, output)
        var images: [PublishedImage] = []
        for path in receipt {
            images += try await PublishedImage.all(of: try PublishReceipt(file: path), session)
        }
        for text in published {
            let reference = try names.reference(text)
            images.append(
                try await PublishedImage(reference, in: session.repository(reference)))
        }
        let outcome = try await job.finish(images.publications, bases: bases + images.bases)
        if let record {
            try LocalFile.replace(record, with: outcome.signed.bytes, advice: RunStart.advice)
        }
        try RunReport(outcome).deliver(output, session)
        if let failure = outcome.failure { throw failure }
    }
}
