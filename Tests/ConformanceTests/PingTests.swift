import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite("A registry and an empty repository")
struct PingTests {
    @Test("The base answers 200 and says which API it is")
    func ping() async throws {
        let repository = try await RegistryUnderTest.repository()
        try await repository.wire.send(.get, "/v2/").expect(200)
            .expect("Docker-Distribution-API-Version", "registry/2.0")
    }

    @Test("The tags of an empty repository are none, or there is no such repository")
    func emptyTags() async throws {
        let reply = try await RegistryUnderTest.repository().ask(.get, "tags/list")
        reply.expect(200, 404)
        if reply.status == 200 {
            #expect(try reply.json(TagPage.self).tags?.isEmpty ?? true)
        } else {
            reply.expect(error: "NAME_UNKNOWN")
        }
    }

    @Test("The referrers of what nobody has are an empty index")
    func emptyReferrers() async throws {
        let digest = SHA2.digest(of: Array("referred to by nobody".utf8))
        let repository = try await RegistryUnderTest.repository()
        let reply = try await repository.ask(.get, "referrers/\(digest)")
        try reply.require(200).expect("Content-Type", ContentType.index)
        let index = try reply.json(Paper.self)
        #expect(index.schemaVersion == 2)
        #expect(index.mediaType == ContentType.index)
        #expect(index.manifests == [])
    }
}
