import LocalRegistry
import SystemPackage
import TestSupport

@testable import OCIRegistry
@testable import Publisher

/// The registry's own, of the two that these tests can see.
typealias Fault = LocalRegistry.Fault

/// A repository of a local registry with three images, none of them tagged.
struct TagScene: Sendable {
    let server: RegistryServer
    let name: RepositoryName
    let images: [Manifest]
    private let client: RegistryClient

    /// Runs `body` beside a registry of its own.
    static func with(
        _ dialect: Dialect = .oci, body: (TagScene) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder(prefix: "tags")
        var settings = ServerSettings(root: FilePath(folder.file("root")))
        settings.dialect = dialect
        let server = try await RegistryServer.start(settings)
        do { try await body(try await TagScene(server)) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private init(_ server: RegistryServer) async throws {
        self.server = server
        name = try RepositoryName("team/app")
        var retry = RetryPolicy(attempts: 2, firstDelay: .milliseconds(1))
        retry.deadline = .seconds(5)
        client = RegistryClient(
            host: try RegistryHost("127.0.0.1:\(server.port)"), transport: CurlTransport(),
            retry: retry, credentials: { _, _ in .none })
        let repository = Repository(client, name, access: .push)
        var images: [Manifest] = []
        for number in 1...3 {
            let config = Array(#"{"architecture":"amd64","os":"linux","n":\#(number)}"#.utf8)
            let blob = Descriptor(
                mediaType: .ociConfig, digest: SHA2.digest(of: config, .sha256),
                size: Int64(config.count))
            try await repository.upload(blob, from: BlobSource(bytes: config))
            let image = Manifest.Image(mediaType: .ociManifest, config: blob, layers: [])
            let manifest = try Manifest(bytes: JSON.encode(image), declared: .ociManifest)
            try await repository.put(manifest)
            images.append(manifest)
        }
        self.images = images
    }

    func repository(_ access: Repository.Access = .push) -> Repository {
        Repository(client, name, access: access)
    }

    func transaction(
        _ tags: [Tag], to manifest: Manifest, _ progress: @escaping PushProgress.Sink = { _ in }
    ) -> TagTransaction {
        TagTransaction(
            repository: repository(), deleting: repository(.delete), manifest: manifest,
            tags: tags, tagsOwnManifests: server.store.dialect == .gitea, progress: progress)
    }

    /// What a tag names.
    func digest(_ tag: Tag) async throws -> Digest? {
        try await repository(.pull).digest("\(tag)")
    }
}
