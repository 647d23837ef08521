import ArgumentParser
import OCIRegistry
import RunLedger

/// `publisher run start`.
struct RunStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Find out which image this job runs in, and record it. The first step of a job.",
        discussion: """
            Asks the Docker Engine whose socket the job has (DOCKER_HOST), proves the digest with the \
            registry, and looks at what the workflow and the runner's operator say: the variable \
            PUBLISHER_BUILDER_IMAGE, or the container's label publisher.builder.image.

            The run, job, commit and so on are those of the variables of Gitea's, Forgejo's or GitHub's \
            Actions. Where the ledger cannot be reached, the record is kept in PUBLISHER_RUN_DIR, else \
            RUNNER_TEMP, and sent by 'run finish', 'publish' or 'run push'. Running it again in the same \
            job changes nothing.

            With --expect the digest that was found has to be that one. The record is kept all the same, \
            with what really ran; then this ends with 11.

            Examples:
              publisher run start
              publisher run start --expect git.example.org/team/builder@sha256:…
              publisher run start --workflow .gitea/workflows/ci.yaml --record run.json
            """)

    @Option(
        help: ArgumentHelp(
            "The workflow's file, read as GITHUB_SHA has it, where the CI does not tell which it is.",
            valueName: "path"))
    var workflow: String?

    @Option(
        help: ArgumentHelp(
            "The builder by its tag. What it names is told where nothing better is known, never as "
                + "what ran.", valueName: "host/repository:tag"))
    var image: String?

    @Option(
        help: ArgumentHelp(
            "Fail unless the job runs in this image.", valueName: "digest|host/repository@digest"))
    var expect: String?

    @Flag(inversion: .prefixedNo, help: "Ask the Docker Engine.")
    var engine = true

    @Option(help: ArgumentHelp("Write the signed record here too.", valueName: "file"))
    var record: String?

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Ledger options") var ledger: LedgerOptions
    @OptionGroup(title: "Signing options") var signing: SigningOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws { try signing.check(connection) }

    func run() async throws {
        let expected = try expect.map { (text) throws(OCIError) in try ExpectedBuilder(text) }
        let (job, session, names) = try await RunJob.open(
            file, ledger, signing, connection, output)
        let evidence = RunEvidence(
            session: session, ledger: job.ledger, run: job.run, workflow: workflow,
            image: try image.map { (text) throws(OCIError) in try names.reference(text) },
            asksEngine: engine)
        let outcome = try await job.start(evidence)
        if let record {
            try LocalFile.replace(record, with: outcome.signed.bytes, advice: Self.advice)
        }
        try RunReport(outcome).deliver(output, session)
        try expected?.check(outcome.signed.record.builder)
    }

    static let advice = "name a file in a folder that may be written to"
}

extension SigningOptions {
    /// Throws where two secrets would come from one standard input.
    func check(_ connection: ConnectionOptions) throws {
        if keyStdin && connection.passwordStdin {
            throw ValidationError("--key-stdin or --password-stdin, not both")
        }
    }
}

extension RunJob {
    /// The job of the environment, with the ledger and key that a command's options name.
    ///
    /// Throws ``OCIError``.
    static func open(
        _ file: ConfigurationOptions, _ ledger: LedgerOptions, _ signing: SigningOptions,
        _ connection: ConnectionOptions, _ output: OutputOptions
    ) async throws -> (RunJob, Session, RepositoryNames) {
        let configuration = try await file.loadIfThere()
        let access = try LedgerAccess(
            named: ledger.ledger, configuration, environment: ProcessEnvironment.current)
        let key = try access.signingKey(signing)
        let session = try Session(
            connection, output, credentialsFor: access.place.host,
            registries: configuration?.registries ?? [])
        return (
            try RunJob(access, key: key, publicKeys: ledger.publicKey, session: session), session,
            RepositoryNames(configuration: configuration)
        )
    }
}
