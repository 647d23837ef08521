import ArgumentParser
import Console
import OCIRegistry

/// `publisher inspect`.
struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what an image is made of.",
        discussion: """
            Examples:
              publisher inspect git.example.org/team/app:latest
              publisher inspect --raw git.example.org/team/app@sha256:…
            """)

    @Argument(help: "HOST/REPOSITORY[:TAG][@DIGEST], oci:DIR[:TAG] or oci-archive:FILE[:TAG].")
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
        let location = try await ImageLocation.parse(reference, position: .destination)
        let session = try Session(connection, output, credentialsFor: location.host)
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
            reference: reference, manifest: manifest, configuration: configuration)
        Terminal.write(
            output.json
                ? JSON.encode(description, pretty: true) + [0x0a] : Array(description.text.utf8))
    }
}
