import ArgumentParser
import OCIRegistry

/// `publisher index`.
struct Index: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a multi-platform index of images from several places.",
        discussion: """
            Each image's platform is that of its configuration. Two images for one platform are \
            refused; with --platform, so is one that is missing and one that was not asked for, \
            before anything is written. What comes as an index gives all its images, or those of \
            --platform.

            Images go first, by digest: copied byte for byte, without sending what the registry has \
            in another repository. Then the index goes by digest, then its tags; each is read back. \
            The same images give the same digest, in whatever order they are named.

            \(ConfigurationOptions.namesHelp)

            Example:
              publisher index git.example.org/team/app:1.2 --tag latest \\
                --add git.example.org/team/app:1.2-amd64 --add oci:arm64-layout \\
                --platform linux/amd64 --platform linux/arm64
            """)

    @Argument(help: "Where to put it: HOST/REPOSITORY[:TAG], or IMAGE[:TAG] of publisher.yaml.")
    var destination: String

    @Option(
        help: ArgumentHelp(
            "An image or index: HOST/REPOSITORY:TAG, IMAGE:TAG, oci:DIR[:TAG], "
                + "oci-archive:FILE[:TAG], docker-daemon:NAME or docker-archive:FILE.",
            valueName: "ref|source"))
    var add: [String] = []

    @Option(
        help: ArgumentHelp(
            "A platform that the index has to have; it gets no other than those named.",
            valueName: "os/arch[/variant]"))
    var platform: [String] = []

    @Option(help: ArgumentHelp("Annotate the index.", valueName: "key=value"))
    var annotation: [String] = []

    @Option(
        name: [.long, .customShort("t")],
        help: ArgumentHelp("Point this tag at the index too.", valueName: "tag"))
    var tag: [String] = []

    @Flag(help: "Take BuildKit's attestations of the images along.")
    var attestations = false

    @Flag(help: "Make a manifest list of Docker's instead of an OCI index.")
    var docker = false

    @Option(
        help: ArgumentHelp(
            "Send blobs in pieces of so many MB, for proxies that bound a request's size (1 to 64).",
            valueName: "MB"))
    var chunkSize: Int?

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        if add.isEmpty { throw ValidationError("name the images with --add") }
        if docker && !annotation.isEmpty {
            throw ValidationError("Docker's manifest lists have no annotations: leave --docker out")
        }
        if let chunkSize, !(1...64).contains(chunkSize) {
            throw ValidationError("--chunk-size is from 1 to 64 MB")
        }
        for text in annotation {
            let key = text.prefix { $0 != "=" }
            if key.isEmpty || key.count == text.count {
                throw ValidationError("--annotation takes KEY=VALUE, not '\(text)'")
            }
        }
        if Set(annotation.map { $0.prefix { $0 != "=" } }).count < annotation.count {
            throw ValidationError("--annotation: each key once")
        }
    }

    func run() async throws {
        let started = ContinuousClock.now
        let names = try await file.names()
        let reference = try names.destination(destination)
        var options = Pusher.Options()
        options.tags = try Destination.tags(reference, tag)
        options.dockerFormat = docker
        options.chunkSize = chunkSize.map { $0 * 1_000_000 }
        let platforms = try IndexPlatforms(try platform.map { try Platform(parsing: $0) })
        var sources: [ImageLocation] = []
        for text in add {
            sources.append(try await names.location(text))
        }
        let session = try Session(
            connection, output, credentialsFor: reference.host, registries: names.registries)
        let job = IndexJob(
            session: session, destination: reference, sources: sources, platforms: platforms,
            takesAttestations: attestations, annotations: annotations, options: options)
        let board = ProgressBoard(quiet: output.quiet)
        defer { board.finish() }
        let report = try await job.run { board.show($0) }
        board.finish()
        try PushReceipt(
            source: zip(sources, add).map { $0.name(as: $1) }.joined(separator: ", "),
            destination: reference.name, report: report,
            statistics: session.statistics, duration: started.duration(to: .now)
        ).deliver(output, session)
    }

    private var annotations: [String: String] {
        Dictionary(
            annotation.map { text in
                let key = text.prefix { $0 != "=" }
                return (String(key), String(text.dropFirst(key.count + 1)))
            }
        ) { $1 }
    }
}
