import HTTPTypes
import Testing

@testable import OCIRegistry

/// RFC 9110, section 9.3.2.
@Suite("HEAD says what GET says")
struct HeadTests {
    enum Place: String, CaseIterable, Sendable {
        case base, blob, manifestByTag, manifestByDigest, tags, referrers, catalog
        case missingBlob, missingManifest
    }

    @Test("of everything", arguments: Place.allCases)
    func head(_ place: Place) async throws {
        let content = try await Kind.image.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        let blob = try #require(content.blobs.first)
        let document = try #require(content.documents.first)
        let missing = SHA2.digest(of: Array("not there".utf8))
        let root = "/v2/\(repository.name)"
        let path =
            switch place {
            case .base: "/v2/"
            case .blob: "\(root)/blobs/\(blob.digest)"
            case .manifestByTag: "\(root)/manifests/image"
            case .manifestByDigest: "\(root)/manifests/\(document.digest)"
            case .tags: "\(root)/tags/list"
            case .referrers: "\(root)/referrers/\(document.digest)"
            // After all names, for the list grows as other tests run.
            case .catalog: "/v2/_catalog?last=zzzz"
            case .missingBlob: "\(root)/blobs/\(missing)"
            case .missingManifest: "\(root)/manifests/\(missing)"
            }
        let wire = repository.wire
        let get = try await wire.send(.get, path, fields: TestRepository.accept)
        let head = try await wire.send(.head, path, fields: TestRepository.accept)
        #expect(head.status == get.status, "\(head)")
        #expect(head.body.isEmpty)
        for name in ["Content-Length", "Content-Type", "Docker-Content-Digest", "ETag"] {
            #expect(head[name] == get[name], "\(name) of \(head) and \(get)")
        }
    }
}
