import ArgumentParser
import Console
import OCIRegistry
import RunLedger

/// `publisher run sign`.
struct RunSign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign images with the ledger's key, as cosign stores signatures.",
        discussion: """
            The signature stands in the image's own repository, under sha256-<hex>.sig, where skopeo, Podman \
            and cosign look for it. Of an index each image is signed too. An image is named by digest, since \
            a tag may move between look and signature. Prints each image that was not signed yet.

            Example:
              publisher run sign git.example.org/team/app@sha256:…
            """)

    @Argument(help: ArgumentHelp("The images.", valueName: "host/repository@digest"))
    var images: [String]

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Signing options") var signing: SigningOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws { try signing.check(connection) }

    func run() async throws {
        let configuration = try await file.loadIfThere()
        let names = RepositoryNames(configuration: configuration)
        let references = try images.map { text in
            let reference = try names.reference(text)
            guard let digest = reference.digest else {
                throw OCIError(
                    .usage, "an image is signed by digest", subject: text,
                    advice: "'publisher digest \(text)' tells it")
            }
            return (reference, digest)
        }
        let key = try LedgerAccess.signingKey(
            signing, variable: configuration?.ledger?.signingKeyVariable,
            environment: ProcessEnvironment.current)
        let session = try Session(
            connection, output, credentialsFor: references.first?.0.host,
            registries: configuration?.registries ?? [])
        for (reference, digest) in references
        where try await session.repository(reference, .push).sign(digest, with: key) {
            Terminal.write("\(reference.with(digest: digest))\n")
        }
    }
}
