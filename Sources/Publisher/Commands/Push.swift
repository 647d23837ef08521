import ArgumentParser
import OCIRegistry

/// `publisher push`.
struct Push: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put an image or index in a registry under one or more tags.",
        discussion: """
            Blobs are sent first, then manifests by digest, then the tags; every tag is read back \
            and compared before the digest is printed. Layers that the registry has, under \
            whatever tag, are neither compressed nor sent again.

            The source is never a name of publisher.yaml, the destination may be: IMAGE:TAG is a tag \
            of the first of that image's repositories. Rules about tags are kept by 'publish' alone.

            Examples:
              publisher push matric-memory:dev git.example.org/team/matric-memory:dev
              publisher push matric-memory:ci matric-memory:dev
              publisher push docker-archive:image.tar 127.0.0.1:5000/app:1.2 --tag latest
            """)

    @Argument(help: "The image: see 'publisher help' for the forms of a source.")
    var source: String

    @Argument(help: "Where to put it: HOST/REPOSITORY[:TAG], or IMAGE[:TAG] of publisher.yaml.")
    var destination: String

    @Option(
        name: [.long, .customShort("t")],
        help: ArgumentHelp("Point this tag at the image too.", valueName: "tag"))
    var tag: [String] = []

    @Flag(help: "Have the Docker Engine export the image even where its storage can be read here.")
    var engineExport = false

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Image options") var push: PushOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let started = ContinuousClock.now
        let names = try await file.names()
        let reference = try names.destination(destination)
        let tags = try Destination.tags(reference, tag)
        let session = try Session(
            connection, output, credentialsFor: reference.host, registries: names.registries)
        let location = try await ImageLocation.parse(source)
        let board = ProgressBoard(quiet: output.quiet)
        let pusher = Pusher(options: try push.options(tags: tags)) { board.show($0) }
        defer { board.finish() }
        let report = try await pusher.push(
            try await session.open(location, exports: engineExport),
            to: session.repository(reference, .push))
        board.finish()
        try PushReceipt(
            source: source, destination: reference.name, report: report,
            statistics: session.statistics,
            duration: started.duration(to: .now)
        ).deliver(output, session)
    }
}

/// What stands in the place of a destination.
enum Destination {
    /// The tags to write: the reference's own first, each once; `latest` only where it is named.
    static func tags(_ reference: Reference, _ more: [String]) throws(OCIError) -> [Tag] {
        var tags: [Tag] = []
        if let tag = reference.tag { tags.append(tag) }
        for text in more {
            let tag = try Tag(text)
            if !tags.contains(tag) { tags.append(tag) }
        }
        guard !tags.isEmpty else {
            throw OCIError(
                .usage, "no tag is given", subject: "\(reference)",
                advice: "name one: \(reference):TAG, or --tag TAG; 'latest' is never assumed")
        }
        var folded: [String: Tag] = [:]
        for tag in tags {
            if let twin = folded.updateValue(tag, forKey: tag.description.lowercased()) {
                throw OCIError(
                    .usage, "the tags '\(twin)' and '\(tag)' differ only by case",
                    advice: "Gitea and other registries take them for one: choose one")
            }
        }
        return tags
    }
}
