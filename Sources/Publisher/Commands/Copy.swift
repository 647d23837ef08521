import ArgumentParser
import OCIRegistry

/// `publisher copy`.
struct Copy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy an image from registry to registry or layout, byte for byte.",
        discussion: """
            Within one registry no blob travels: they are mounted. --all-tags takes every tag of \
            the source's repository along, --referrers the signatures and other artifacts that \
            point at what is copied.

            Either end is what stands at a path, else a reference. \(ConfigurationOptions.namesHelp)

            Examples:
              publisher copy git.example.org/team/app:1.2 ghcr.io/team/app
              publisher copy git.example.org/team/app oci:backup --all-tags --referrers
              publisher copy builder:latest ghcr.io/team/builder
            """)

    @Argument(
        help: ArgumentHelp(
            "HOST/REPOSITORY[:TAG][@DIGEST], IMAGE[:TAG][@DIGEST], oci:DIR[:TAG] or "
                + "oci-archive:FILE[:TAG]."))
    var source: String

    @Argument(
        help: "HOST/REPOSITORY[:TAG], IMAGE[:TAG] or oci:DIR[:TAG]; without a tag, the source's.")
    var destination: String

    @Flag(help: "Copy every tag of the source's repository.")
    var allTags = false

    @Flag(help: "Copy what refers to the image too.")
    var referrers = false

    @Option(
        name: [.long, .customShort("t")],
        help: ArgumentHelp("Point this tag at the copy too.", valueName: "tag"))
    var tag: [String] = []

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Image options") var push: PushOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        if allTags && !tag.isEmpty {
            throw ValidationError("--all-tags keeps the source's tags: leave --tag out")
        }
    }

    func run() async throws {
        let job = try await CopyJob(self)
        let board = ProgressBoard(quiet: output.quiet)
        defer { board.finish() }
        let receipts = try await job.run { board.show($0) }
        board.finish()
        for receipt in receipts { try receipt.deliver(output, job.session) }
    }
}
