import HTTPTypes
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("Mounting blobs")
struct MountTests {
    @Test(
        "A blob of another repository is mounted",
        arguments: Digest.Algorithm.allCases, [true, false])
    func mount(_ algorithm: Digest.Algorithm, namesSource: Bool) async throws {
        let source = try await RegistryUnderTest.repository("source")
        let repository = try await RegistryUnderTest.repository()
        let bytes = FixtureContent.random(512, seed: namesSource ? 21 : 22)
        let digest = SHA2.digest(of: bytes, algorithm)
        try await PushMethod.postPut.push(bytes, as: digest, to: source).require(201)
        let reply = try await mount(digest, into: repository, from: namesSource ? source.name : nil)
        try reply.require(201).expect("Docker-Content-Digest", "\(digest)")
        try await repository.wire.send(.get, to: reply.location()).expect(200)
            .expect(content: bytes, digest)
        try await repository.expect(blob: bytes, digest)
        try await repository.delete(blob: digest)
        try await source.expect(blob: bytes, digest)
        try await source.delete(blob: digest)
    }

    @Test(
        "Mounting what nobody has opens an upload instead", arguments: Digest.Algorithm.allCases)
    func missing(_ algorithm: Digest.Algorithm) async throws {
        let source = try await RegistryUnderTest.repository("source")
        let repository = try await RegistryUnderTest.repository()
        let bytes = FixtureContent.random(512, seed: 23)
        let digest = SHA2.digest(of: bytes, algorithm)
        let opened = try await mount(digest, into: repository, from: source.name).require(202)
        let place = try opened.location().adding(query: "digest", "\(digest)")
        let reply = try await repository.wire.send(.put, to: place, body: .bytes(bytes))
        try reply.require(201).expect("Docker-Content-Digest", "\(digest)")
        try await repository.expect(blob: bytes, digest)
        try await repository.delete(blob: digest)
    }

    @Test("A blob that its only repository deleted is not mounted")
    func deleted() async throws {
        let source = try await RegistryUnderTest.repository("source")
        let repository = try await RegistryUnderTest.repository()
        let bytes = FixtureContent.random(512, seed: 24)
        let digest = SHA2.digest(of: bytes)
        try await PushMethod.postPut.push(bytes, as: digest, to: source).require(201)
        try await source.delete(blob: digest)
        try await mount(digest, into: repository, from: source.name).expect(202)
        try await repository.blob(.head, digest).expect(404)
    }

    private func mount(_ digest: Digest, into repository: TestRepository, from source: String?)
        async throws -> Reply
    {
        let from = source.map { [("from", $0)] } ?? []
        return try await repository.ask(
            .post, "blobs/uploads/", query: [("mount", "\(digest)")] + from)
    }
}
