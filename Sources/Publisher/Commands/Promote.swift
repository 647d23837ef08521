import ArgumentParser
import ImageTags
import OCIRegistry

/// `publisher promote`.
struct Promote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move tags to an image that is there already: all of them, or none.",
        discussion: """
            Nothing is built and nothing is unpacked: the tags come to name the very digest. Every \
            tag is read before and after; where one cannot be moved, the others are put back. \
            Within a registry no blob travels; to another, bytes are copied exactly.

            A tag that publisher.yaml calls immutable is never moved.

            \(ConfigurationOptions.namesHelp)

            Ends with 0: committed; 10: refused, nothing was written; 11: conflicted, some tag is \
            neither as it was nor as it was to be; any other: rolled back, all is as before.

            Examples:
              publisher promote matric-memory:sha-0123abc --to 2026.7.10 --to latest
              publisher promote git.example.org/team/app:dev --to stable --expect sha256:…
              publisher promote app:1.2 --to 1.2 --to latest --to-registry public --referrers
            """)

    @Argument(
        help: ArgumentHelp(
            "HOST/REPOSITORY:TAG, HOST/REPOSITORY@DIGEST, or IMAGE:TAG, IMAGE@DIGEST with an image of "
                + "publisher.yaml.", valueName: "image|ref"))
    var source: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("The tags to move, in this order.", valueName: "tag"))
    var to: [String]

    @Option(
        help: ArgumentHelp(
            "Refuse unless the source has this digest: the one that was tested.",
            valueName: "digest"))
    var expect: String?

    @Option(
        help: ArgumentHelp(
            "Move the tags in this registry of publisher.yaml, and copy the image there.",
            valueName: "name"))
    var toRegistry: String?

    @Option(
        help: ArgumentHelp(
            "Move the tags in this repository, and copy the image there.",
            valueName: "host/repository"))
    var toRepository: String?

    @Flag(help: "Copy signatures and whatever else refers to the image too.")
    var referrers = false

    @Option(
        help: ArgumentHelp(
            "Refuse unless every image's label org.opencontainers.image.revision is this commit.",
            valueName: "sha"))
    var revision: String?

    @Option(help: ArgumentHelp("Write the receipt, a JSON document, here.", valueName: "file"))
    var receipt: String?

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        if toRegistry != nil && toRepository != nil {
            throw ValidationError("--to-registry or --to-repository, not both")
        }
    }

    func run() async throws {
        let names = try await file.names()
        let route = try PromotionRoute(
            source, toRegistry: toRegistry, toRepository: toRepository, names)
        let session = try Session(
            connection, output, credentialsFor: route.target.host,
            registries: names.registries)
        let job = PromotionJob(
            session: session, route: route, tags: try Destination.tags(route.target, to),
            expected: try expect.map { try Digest(parsing: $0) },
            revision: try revision.map { try Revision($0) }, copiesReferrers: referrers)
        let board = ProgressBoard(quiet: output.quiet)
        defer { board.finish() }
        let report = try await job.run { board.show($0) }
        board.finish()
        try report.deliver(output, receiptFile: receipt, session)
    }
}
