import HTTPTypes
import SystemPackage
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

/// Clients as people use them, against Gitea's dialect.
@Suite("Clients of Gitea")
struct GiteaClientTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(
        _ layout: TestSupport.OCILayout, _ name: String
    ) throws -> OCIRegistry.OCILayout {
        try layout.write(to: folder.file(name))
        return try .open(directory: FilePath(folder.file(name)))
    }

    @Test("this package's own client pushes images and indexes, moves a tag and deletes it")
    func ownClient() async throws {
        try await GiteaUsers.serve { gitea in
            let client = RegistryClient(
                host: try RegistryHost(gitea.host), transport: CurlTransport(), plainHTTP: true,
                credentials: { _, _ in
                    SourcedCredentials(.basic(username: "ann", password: "ann's"), source: "test")
                })
            let repository = Repository(
                client, try RepositoryName("team/app/nested"), access: .delete)
            var options = Pusher.Options()
            options.tags = [try Tag("v")]
            let pusher = Pusher(options: options)
            let first = try write(.image(), "first")
            _ = try await pusher.push(.packed(first), to: repository)
            #expect(try await repository.digest("v") == first.root.digest)
            let second = try write(.index(seed: 5), "second")
            _ = try await pusher.push(.packed(second), to: repository)
            let manifest = try await repository.manifest("v")
            #expect(manifest?.digest == second.root.digest && manifest?.children.count == 4)
            #expect(try await repository.delete("v"))
            #expect(try await repository.digest("v") == nil)
        }
    }

    @Test("skopeo copies there and back", arguments: GiteaVersion.allCases)
    func skopeo(version: GiteaVersion) async throws {
        try await GiteaUsers.serve(version) { gitea in
            let layout = try TestSupport.OCILayout.index()
            try layout.write(to: folder.file("in"))
            let place = "docker://\(gitea.host)/team/app:v"
            try await skopeo([
                "copy", "-q", "--all", "--dest-tls-verify=false", "--dest-creds", "ann:ann's",
                "oci:\(folder.file("in")):latest", place,
            ])
            // Nobody in particular may read, by a token of nobody's.
            try await skopeo([
                "copy", "-q", "--all", "--src-tls-verify=false", "--src-no-creds", place,
                "oci:\(folder.file("out")):latest",
            ])
            for (digest, bytes) in layout.blobs {
                let copy = try folder.read("out/blobs/\(digest.replacing(":", with: "/"))")
                #expect(copy == bytes)
            }
        }
    }

    private func skopeo(_ arguments: [String]) async throws {
        _ = try await ChildProcess.run(ProgramCall("skopeo", arguments)).checked()
    }
}
