import HTTPTypes
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("Uploads")
struct UploadTests {
    @Test(
        "A chunk out of order is refused, and the upload goes on where it was",
        arguments: Digest.Algorithm.allCases, [false, true])
    func outOfOrder(_ algorithm: Digest.Algorithm, lastInPut: Bool) async throws {
        let repository = try await RegistryUnderTest.repository()
        let wire = repository.wire
        let opened = try await repository.openUpload()
        let size = chunkSize(of: 3067, smallest: opened)
        let bytes = FixtureContent.random(3 * size - 5, seed: 31)
        let digest = SHA2.digest(of: bytes, algorithm)
        var place = try opened.location()
        var sent = 0

        func send(_ chunk: ArraySlice<UInt8>) async throws -> Reply {
            let ends = lastInPut && chunk.endIndex == bytes.endIndex
            return try await wire.send(
                ends ? .put : .patch,
                to: ends ? place.adding(query: "digest", "\(digest)") : place,
                fields: .chunk(chunk), body: .bytes(Array(chunk)))
        }

        var last = opened
        while sent < bytes.count {
            // One that skips ahead; where there is nothing ahead, the first one again.
            let wrong = sent + size < bytes.count ? sent + size : 0
            try await send(bytes[wrong..<min(wrong + size, bytes.count)]).expect(416)
            let status = try await wire.send(.get, to: place).require(204)
            expect(range: status, upTo: sent)
            place = try status.location()

            let next = min(sent + size, bytes.count)
            last = try await send(bytes[sent..<next])
            try last.require(lastInPut && next == bytes.count ? 201 : 202)
            if last.status == 202 {
                expect(range: last, upTo: next)
                place = try last.location()
            }
            sent = next
        }
        if !lastInPut {
            last = try await wire.send(
                .put, to: place.adding(query: "digest", "\(digest)"), body: .bytes([]))
        }
        try last.require(201).expect("Docker-Content-Digest", "\(digest)")
        try await repository.expect(blob: bytes, digest)
        try await repository.delete(blob: digest)
    }

    @Test("An upload that is cancelled is unknown afterwards")
    func cancel() async throws {
        let repository = try await RegistryUnderTest.repository()
        let wire = repository.wire
        let place = try await repository.openUpload().location()
        try await wire.send(.delete, to: place).expect(204)
        try await wire.send(.get, to: place).expect(404).expect(error: "BLOB_UPLOAD_UNKNOWN")
        let chunk = FixtureContent.random(512, seed: 32)
        try await wire.send(.patch, to: place, fields: .chunk(chunk[...]), body: .bytes(chunk))
            .expect(404).expect(error: "BLOB_UPLOAD_UNKNOWN")
        let finish = place.adding(query: "digest", "\(SHA2.digest(of: chunk))")
        try await wire.send(.put, to: finish, body: .bytes(chunk))
            .expect(404).expect(error: "BLOB_UPLOAD_UNKNOWN")
        try await wire.send(.delete, to: place).expect(404).expect(error: "BLOB_UPLOAD_UNKNOWN")
    }

    @Test("An upload says how far it is")
    func status() async throws {
        let repository = try await RegistryUnderTest.repository()
        let wire = repository.wire
        let opened = try await repository.openUpload()
        let chunk = FixtureContent.random(chunkSize(of: 3067, smallest: opened), seed: 33)[...]
        let first = try await wire.send(.get, to: opened.location()).require(204)
        #expect(first["Range"]?.hasPrefix("0-") == true, "\(first)")
        let sent = try await wire.send(
            .patch, to: first.location(), fields: .chunk(chunk), body: .bytes(Array(chunk)))
        expect(range: try sent.require(202), upTo: chunk.count)
        let second = try await wire.send(.get, to: sent.location()).require(204)
        expect(range: second, upTo: chunk.count)
        try await wire.send(.delete, to: second.location()).expect(204)
    }

    @Test("An upload is unknown once it is complete")
    func complete() async throws {
        let repository = try await RegistryUnderTest.repository()
        let bytes = FixtureContent.random(512, seed: 34)
        let place = try await repository.openUpload().location()
        let finish = place.adding(query: "digest", "\(SHA2.digest(of: bytes))")
        try await repository.wire.send(.put, to: finish, body: .bytes(bytes)).require(201)
        try await repository.wire.send(.get, to: place)
            .expect(404).expect(error: "BLOB_UPLOAD_UNKNOWN")
    }

    @Test("An upload belongs to the repository that opened it")
    func elsewhere() async throws {
        let repository = try await RegistryUnderTest.repository()
        let other = try await RegistryUnderTest.repository()
        let place = try await repository.openUpload().location()
        var moved = place
        moved.path = place.path.replacing("/\(repository.name)/", with: "/\(other.name)/")
        let bytes = FixtureContent.random(512, seed: 35)
        let finish = moved.adding(query: "digest", "\(SHA2.digest(of: bytes))")
        try await repository.wire.send(.put, to: finish, body: .bytes(bytes))
            .expect(404).expect(error: "BLOB_UPLOAD_UNKNOWN")
        try await other.blob(.head, SHA2.digest(of: bytes)).expect(404)
    }

    @Test(
        "An upload that never was is unknown",
        arguments: [HTTPRequest.Method.get, .patch, .put, .delete])
    func unknown(_ method: HTTPRequest.Method) async throws {
        let repository = try await RegistryUnderTest.repository()
        let bytes = FixtureContent.random(16, seed: 36)
        let query = method == .put ? [("digest", "\(SHA2.digest(of: bytes))")] : []
        try await repository.ask(
            method, "blobs/uploads/6f1a2b3c-0000-4000-8000-a1b2c3d4e5f6", query: query,
            body: method == .patch || method == .put ? .bytes(bytes) : .none
        ).expect(404).expect(error: "BLOB_UPLOAD_UNKNOWN")
    }

    @Test("An upload is not complete without a digest")
    func noDigest() async throws {
        let repository = try await RegistryUnderTest.repository()
        let place = try await repository.openUpload().location()
        try await repository.wire.send(.put, to: place, body: .bytes([1, 2, 3]))
            .expect(400).expect(error: "DIGEST_INVALID")
    }

    private func expect(
        range reply: Reply, upTo count: Int, at: SourceLocation = #_sourceLocation
    ) {
        guard count > 0 else {
            #expect(reply["Range"]?.hasPrefix("0-") == true, "\(reply)", sourceLocation: at)
            return
        }
        reply.expect("Range", "0-\(count - 1)", at: at)
    }
}
