import HTTPTypes
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("Blobs")
struct BlobTests {
    @Test("A blob that was never pushed is not there", arguments: Digest.Algorithm.allCases)
    func missing(_ algorithm: Digest.Algorithm) async throws {
        let repository = try await RegistryUnderTest.repository()
        let digest = SHA2.digest(of: Array("never pushed".utf8), algorithm)
        try await repository.blob(.get, digest).expect(404).expect(error: "BLOB_UNKNOWN")
        try await repository.blob(.head, digest).expect(404)
    }

    @Test(
        "A blob is taken, served and deleted",
        arguments: PushMethod.allCases, Digest.Algorithm.allCases)
    func push(_ method: PushMethod, _ algorithm: Digest.Algorithm) async throws {
        let repository = try await RegistryUnderTest.repository()
        // Three chunks, the last of which is shorter than the others.
        let smallest = chunkSize(of: 3067, smallest: try await repository.openUpload())
        let bytes = FixtureContent.random(3 * smallest - 5, seed: 11)
        try await roundTrip(bytes, algorithm, by: method, in: repository)
    }

    @Test(
        "A blob of no bytes is taken, served and deleted",
        arguments: PushMethod.allCases, Digest.Algorithm.allCases)
    func empty(_ method: PushMethod, _ algorithm: Digest.Algorithm) async throws {
        let repository = try await RegistryUnderTest.repository()
        try await roundTrip([], algorithm, by: method, in: repository)
    }

    @Test(
        "The empty JSON document is taken, served and deleted",
        arguments: PushMethod.allCases, Digest.Algorithm.allCases)
    func emptyJSON(_ method: PushMethod, _ algorithm: Digest.Algorithm) async throws {
        let repository = try await RegistryUnderTest.repository()
        try await roundTrip(Array("{}".utf8), algorithm, by: method, in: repository)
    }

    @Test(
        "Content that is not what its digest says is refused and not kept",
        arguments: PushMethod.allCases, Digest.Algorithm.allCases)
    func wrongDigest(_ method: PushMethod, _ algorithm: Digest.Algorithm) async throws {
        let repository = try await RegistryUnderTest.repository()
        let smallest = chunkSize(of: 3067, smallest: try await repository.openUpload())
        let bytes = FixtureContent.random(3 * smallest - 5, seed: 12)
        let digest = SHA2.digest(of: bytes, algorithm)
        let wrong = bytes + Array("wrong".utf8)
        try await method.push(wrong, as: digest, to: repository)
            .expect(400).expect(error: "DIGEST_INVALID")
        try await repository.blob(.head, digest).expect(404)
        try await repository.blob(.head, SHA2.digest(of: wrong, algorithm)).expect(404)
    }

    @Test("Deleting a blob that is not there says so")
    func deleteMissing() async throws {
        let repository = try await RegistryUnderTest.repository()
        let digest = SHA2.digest(of: Array("never deleted".utf8))
        try await repository.blob(.delete, digest).expect(404)
            .expect(error: "BLOB_UNKNOWN", "NAME_UNKNOWN")
    }

    @Test("A blob that is pushed twice is taken twice")
    func pushTwice() async throws {
        let repository = try await RegistryUnderTest.repository()
        let bytes = FixtureContent.random(512, seed: 13)
        let digest = SHA2.digest(of: bytes)
        for method in [PushMethod.postPut, .post] {
            try await method.push(bytes, as: digest, to: repository).expect(201)
            try await repository.expect(blob: bytes, digest)
        }
    }

    @Test("A blob stays in one repository when another deletes it")
    func deleteElsewhere() async throws {
        let repositories = [
            try await RegistryUnderTest.repository(), try await RegistryUnderTest.repository(),
        ]
        let bytes = FixtureContent.random(512, seed: 14)
        let digest = SHA2.digest(of: bytes)
        for repository in repositories {
            try await PushMethod.postPut.push(bytes, as: digest, to: repository).require(201)
        }
        try await repositories[0].delete(blob: digest)
        try await repositories[1].expect(blob: bytes, digest)
    }

    private func roundTrip(
        _ bytes: [UInt8], _ algorithm: Digest.Algorithm, by method: PushMethod,
        in repository: TestRepository
    ) async throws {
        let digest = SHA2.digest(of: bytes, algorithm)
        let reply = try await method.push(bytes, as: digest, to: repository)
        try reply.require(201).expect("Docker-Content-Digest", "\(digest)")
        try await repository.wire.send(.get, to: reply.location()).expect(200)
            .expect(content: bytes, digest)
        try await repository.expect(blob: bytes, digest)
        try await repository.delete(blob: digest)
    }
}
