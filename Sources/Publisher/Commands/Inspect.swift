import ArgumentParser
import Console
import OCIRegistry

/// `publisher inspect`.
struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what an image is made of.",
        discussion: """
            \(ConfigurationOptions.namesHelp) \
            Another publisher.yaml than this folder's is named by PUBLISHER_CONFIG here: --config is the \
            image's.

            Examples:
              publisher inspect git.example.org/team/app:latest
              publisher inspect --raw git.example.org/team/app@sha256:…
              publisher inspect builder:latest
            """)

    @Argument(
        help: ArgumentHelp(
            "HOST/REPOSITORY[:TAG][@DIGEST], IMAGE[:TAG][@DIGEST], oci:DIR[:TAG] or "
                + "oci-archive:FILE[:TAG].", valueName: "reference"))
    var reference: String

    @Flag(help: "Print the manifest's exact bytes.")
    var raw = false

    @Flag(help: "Print the image configuration's exact bytes.")
    var config = false

    @Option(help: ArgumentHelp("Look at this platform out of an index.", valueName: "os/arch"))
    var platform: String?

    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        if raw && config { throw ValidationError("--raw or --config, not both") }
    }

    func run() async throws {
        // What other commands call --config is the image's here.
        let names = RepositoryNames(
            configuration: try await Configuration.loadIfThere(
                path: nil, environment: ProcessEnvironment.current))
        let location = try await names.location(reference)
        let session = try Session(
            connection, output, credentialsFor: location.host, registries: names.registries)
        guard case .packed(let image) = try await session.open(location) else {
            throw OCIError(
                .usage, "only images in a registry or layout can be inspected", subject: reference,
                advice: "push it first, or use 'docker inspect'")
        }
        let wanted = try platform.map { try Platform(parsing: $0) }
        let manifest = try await image.select(wanted)
        if raw { return Terminal.write(manifest.bytes) }
        var configuration: [UInt8]?
        if case .image(let view) = manifest.view {
            configuration = try await image.configuration(of: view)
        }
        if config {
            guard let configuration else {
                throw OCIError(
                    .usage, "an index has no configuration", subject: reference,
                    advice: "choose an image of it with --platform")
            }
            return Terminal.write(configuration)
        }
        let description = try ImageDescription(
            reference: location.name(as: reference), manifest: manifest,
            configuration: configuration)
        Terminal.write(
            output.json
                ? JSON.encode(description, pretty: true) + [0x0a] : Array(description.text.utf8))
    }
}
