import ArgumentParser
import ImageTags
import OCIRegistry

/// `publisher publish`.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Push images by the rules of publisher.yaml: git ref, channel, tags, receipt.",
        discussion: """
            The git ref selects the channel, and the channel the tags. The image's labels, platforms \
            and annotations are checked and every registry is looked at before anything is written. \
            Then it is pushed by digest, gets its immutable tags and at last its rolling ones; each is \
            read back.

            An immutable tag that names another image is a conflict: nothing is written. A rolling tag \
            that a newer publish holds is left alone and said to be superseded. Where one cannot be \
            written, the other rolling tags are put back. A registry that is down keeps no other from \
            being published to, and running again sends only what is missing.

            Several images go at the same time, each with a --from of its own, in the same order. One \
            that is refused keeps all from being written.

            Examples:
              publisher publish matric-memory --from matric-memory:ci --receipt receipt.json
              publisher publish builder --from oci:layout --ref refs/tags/v2026.7.10 \
            --revision $(git rev-parse HEAD)
              publisher publish builder builder-gpu --from builder:ci --from builder-gpu:ci
            """)

    @Argument(help: ArgumentHelp("The images' names in publisher.yaml.", valueName: "image"))
    var images: [String]

    @Option(
        help: ArgumentHelp(
            "The image: see 'publisher help' for the forms. Once for each image.",
            valueName: "source"))
    var from: [String]

    @Option(
        help: ArgumentHelp(
            "The git ref, written out: refs/heads/main. Without it GITHUB_REF.", valueName: "ref"))
    var ref: String?

    @Option(
        help: ArgumentHelp(
            "The commit that the image was built from. Without it GITHUB_SHA.", valueName: "sha"))
    var revision: String?

    @Option(
        help: ArgumentHelp(
            "Refuse unless the ref selects this channel.", valueName: "name"))
    var channel: String?

    @Option(
        help: ArgumentHelp(
            "Publish to this registry of publisher.yaml alone; may be repeated.",
            valueName: "name"))
    var registry: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write the receipt, a JSON document, here. Once for each image, or not at all.",
            valueName: "file"))
    var receipt: [String] = []

    @Flag(help: "Have the Docker Engine export the image even where its storage can be read here.")
    var engineExport = false

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Image options") var push: PushOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let environment = ProcessEnvironment.current
        let ref = try GitRef(Self.given(ref, "--ref", environment["GITHUB_REF"], "GITHUB_REF"))
        let revision = try Revision(
            Self.given(revision, "--revision", environment["GITHUB_SHA"], "GITHUB_SHA"))
        let configuration = try await file.load()
        let plans = try images.map {
            try PublishPlan(
                $0, configuration, ref: ref, revision: revision, asked: channel,
                registries: registry)
        }
        var orders: [PublishOrder] = []
        for (plan, source) in zip(plans, from) {
            orders.append(
                PublishOrder(plan: plan, location: try await ImageLocation.parse(source)))
        }
        let job = PublishJob(
            session: try Session(
                connection, output, credentialsFor: try host(of: plans),
                registries: configuration.registries),
            orders: orders, exports: engineExport, options: try push.options(tags: []))
        let record = try PublishedRun(configuration, job.session)
        let board = ProgressBoard(quiet: output.quiet)
        defer { board.finish() }
        let reports = try await job.run { board.show($0) }
        board.finish()
        let recorded = await Result.catching {
            try await record?.finish(reports.map { $0.receipt(environment) }, quiet: output.quiet)
        }
        try PublishDelivery(
            reports: reports, receiptFiles: receipt, environment: environment
        ).deliver(output)
        try recorded.get()
    }

    func validate() throws {
        let rule = "of its own, in the same order"
        if from.count != images.count {
            throw ValidationError(
                "each image needs a --from \(rule): images \(images.count), --from \(from.count)")
        }
        if !receipt.isEmpty && receipt.count != images.count {
            throw ValidationError(
                "each image needs a --receipt \(rule), or none has one: images \(images.count), "
                    + "--receipt \(receipt.count)")
        }
        if Set(images).count != images.count || Set(receipt).count != receipt.count {
            throw ValidationError("an image or a file for a receipt is named twice")
        }
    }

    /// The registry that an account is for which names none. Throws ``OCIError`` (usage) where it could be
    /// any of several.
    private func host(of plans: [PublishPlan]) throws(OCIError) -> RegistryHost? {
        let hosts = Set(plans.flatMap(\.destinations).map(\.registry.host))
        guard hosts.count > 1, connection.username != nil else {
            return plans.first?.destinations.first?.registry.host
        }
        throw OCIError(
            .usage, "--username is for one registry, and there are \(hosts.count) to publish to",
            advice: "name one with --registry, or the accounts' variables in publisher.yaml: "
                + "username-env and password-env")
    }

    private static func given(
        _ option: String?, _ name: String, _ variable: String?, _ variableName: String
    ) throws(OCIError) -> String {
        if let value = option ?? variable, !value.isEmpty { return value }
        throw OCIError(
            .usage, "\(name) is missing, and \(variableName) is not set",
            advice: "give \(name); workflows of Gitea, Forgejo and GitHub set \(variableName)")
    }
}
