import HTTPTypes
import Testing

@testable import OCIRegistry

/// A registry that keeps its content in files must not be led to others.
@Suite("Ways out of the store")
struct EscapeTests {
    private static let steps = [
        "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "../../etc/passwd",
        "%2fetc%2fpasswd", "..%00", "..%5c..",
    ]

    private static let places = [
        "STEP/manifests/latest", "r/STEP/blobs/uploads/", "r/manifests/STEP", "r/blobs/STEP",
        "r/blobs/sha256:STEP", "r/blobs/uploads/STEP", "r/referrers/STEP",
        "r/referrers/sha256:STEP",
        "r/STEP/tags/list", "r/manifests/sha256:STEP",
    ]

    @Test("lead nowhere", arguments: places, steps)
    func walk(_ place: String, _ step: String) async throws {
        let wire = try await RegistryUnderTest.repository().wire
        let path = "/v2/escape/" + place.replacing("STEP", with: step)
        let body = TransportRequest.Body.bytes(Array(#"{"schemaVersion":2}"#.utf8))
        for method in [HTTPRequest.Method.get, .head, .put, .post, .patch, .delete] {
            let hasBody = method == .put || method == .post || method == .patch
            let reply = try await wire.send(method, path, body: hasBody ? body : .none)
            reply.expect(400, 404, 405)
        }
    }

    @Test("lead nowhere as the source of a mount", arguments: steps)
    func mount(_ step: String) async throws {
        let repository = try await RegistryUnderTest.repository()
        let digest = SHA2.digest(of: Array("mounted by nobody".utf8))
        let path = "/v2/\(repository.name)/blobs/uploads/?mount=\(digest)&from=\(step)"
        try await repository.wire.send(.post, path).expect(202, 400)
    }

    @Test("lead nowhere as the digest of an upload", arguments: steps)
    func digest(_ step: String) async throws {
        let repository = try await RegistryUnderTest.repository()
        let place = try await repository.openUpload().location()
        let finish = place.adding(query: "digest", "sha256:\(step)")
        try await repository.wire.send(.put, to: finish, body: .bytes([1, 2, 3]))
            .expect(400).expect(error: "DIGEST_INVALID")
    }

    @Test("lead nowhere as a tag parameter", arguments: steps)
    func tagParameter(_ step: String) async throws {
        let repository = try await RegistryUnderTest.repository()
        let document = try #require(try await Kind.emptyIndex.make().documents.first)
        let path = "/v2/\(repository.name)/manifests/\(document.digest)?tag=\(step)"
        try await repository.wire.send(
            .put, path, fields: [.contentType: document.mediaType], body: .bytes(document.bytes)
        ).expect(400)
    }
}
