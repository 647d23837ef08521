import Foundation
import HTTPTypes
import SystemPackage
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

/// Whoever counts on a blob makes it look young, so that garbage collection lets it be.
@Suite("Blobs that somebody counts on") struct StoreFreshnessTests {
    private let bytes = Array("counted on".utf8)
    private var digest: Digest { SHA2.digest(of: bytes) }

    /// Makes a blob look old, does something, and says whether it looks young.
    private func looksYoung(_ path: String, after body: () async throws -> Void) async throws
        -> Bool
    {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: path)
        try await body()
        return try #require(FileStatus(path: path)).modified > 0
    }

    @Test(
        "a mount or an upload of a blob that is there makes it look young",
        arguments: Dialect.allCases)
    func store(dialect: Dialect) async throws {
        let test = try TestStore(dialect)
        let other = try RepositoryName("other")
        try test.store.upload(bytes, to: test.name)
        try test.store.upload(bytes, to: other)
        let path = test.own.blob(digest)
        #expect(try await looksYoung(path) { try test.store.upload(bytes, to: test.name) })
        for source in [other, nil] {
            #expect(
                try await looksYoung(path) {
                    _ = try test.store.mount(digest, from: source, into: test.name)
                })
        }
        #expect(try test.store.keep(digest, in: test.name))
        #expect(try test.store.deleteBlob(digest, from: test.name))
        #expect(try !test.store.keep(digest, in: test.name), "what is gone is not kept")
    }

    @Test(
        "asking for a blob with HEAD makes it look young, reading it does not",
        arguments: Dialect.allCases)
    func head(dialect: Dialect) async throws {
        let folder = try TemporaryFolder()
        var settings = ServerSettings(root: FilePath(folder.file("root")))
        settings.dialect = dialect
        let server = try await RegistryServer.start(settings)
        do {
            let name = try RepositoryName("team/app")
            let requests = RegistryRequests(port: server.port)
            try await requests.upload(bytes, digest, to: name, by: .single)
            let path = server.store.layout.repository(name).blob(digest)
            let place = "/v2/\(name)/blobs/\(digest)"
            #expect(try await !looksYoung(path) { try await requests.send(.get, place, 200) })
            #expect(try await looksYoung(path) { try await requests.send(.head, place, 200) })
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }
}
