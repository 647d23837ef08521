import ArgumentParser
import Console
import OCIRegistry

/// `publisher digest`.
struct DigestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Print the digest that a tag has now.",
        discussion: """
            \(ConfigurationOptions.namesHelp)

            Examples:
              publisher digest git.example.org/team/app:latest
              publisher digest matric-memory:dev
            """)

    @Argument(
        help: ArgumentHelp(
            "HOST/REPOSITORY[:TAG][@DIGEST], IMAGE[:TAG][@DIGEST], oci:DIR[:TAG] or "
                + "oci-archive:FILE[:TAG].", valueName: "reference"))
    var reference: String

    @Option(
        help: ArgumentHelp("The digest for this platform out of an index.", valueName: "os/arch"))
    var platform: String?

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let names = try await file.names()
        let location = try await names.location(reference)
        let session = try Session(
            connection, output, credentialsFor: location.host, registries: names.registries)
        let digest = try await find(location, session)
        if output.json {
            Terminal.write(
                JSON.encode(
                    ["reference": location.name(as: reference), "digest": "\(digest)"], pretty: true
                ) + [0x0a])
        } else {
            Terminal.write("\(digest)\n")
        }
    }

    private func find(_ location: ImageLocation, _ session: Session) async throws -> Digest {
        if platform == nil, case .registry(let reference) = location {
            let repository = session.repository(reference)
            guard let digest = try await repository.digest(reference.selector) else {
                throw OCIError(
                    .notFound, "no such image", subject: "\(reference)",
                    advice: "'publisher tags \(reference.name)' lists what is there")
            }
            return digest
        }
        guard case .packed(let image) = try await session.open(location) else {
            throw OCIError(
                .usage, "an image gets its digest when it is pushed", subject: reference,
                advice: "'publisher push' prints it")
        }
        let platform = try platform.map { try Platform(parsing: $0) }
        return try await image.select(platform).digest
    }
}
