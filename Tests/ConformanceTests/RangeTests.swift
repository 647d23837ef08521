import HTTPTypes
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("Parts of a blob")
struct RangeTests {
    /// A range that is asked for and the bytes that it means, of 2048; none where there are none.
    struct Case: Sendable, CustomTestStringConvertible {
        var range: String
        var bytes: ClosedRange<Int>?

        var testDescription: String { range }

        static let good = [
            Case(range: "500-1499", bytes: 500...1499), Case(range: "500-", bytes: 500...2047),
            Case(range: "-500", bytes: 1548...2047), Case(range: "2000-5000", bytes: 2000...2047),
            Case(range: "0-0", bytes: 0...0),
        ]
        static let bad = [Case(range: "500-0"), Case(range: "5000-10000")]
    }

    @Test(
        "A part is served with its place in the whole",
        arguments: Case.good, Digest.Algorithm.allCases)
    func good(_ part: Case, _ algorithm: Digest.Algorithm) async throws {
        let (reply, bytes) = try await get(part, algorithm)
        let range = try #require(part.bytes)
        try reply.require(206)
        #expect(reply.body.elementsEqual(bytes[range]))
        reply.expect("Content-Length", "\(range.count)")
        reply.expect("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound)/2048")
    }

    @Test(
        "A part that there is not cannot be had",
        arguments: Case.bad, Digest.Algorithm.allCases)
    func bad(_ part: Case, _ algorithm: Digest.Algorithm) async throws {
        try await get(part, algorithm).reply.expect(416)
    }

    private func get(_ part: Case, _ algorithm: Digest.Algorithm) async throws -> (
        reply: Reply, bytes: [UInt8]
    ) {
        let repository = try await RegistryUnderTest.repository()
        let bytes = FixtureContent.random(2048, seed: 41)
        let digest = SHA2.digest(of: bytes, algorithm)
        try await PushMethod.postPut.push(bytes, as: digest, to: repository).require(201)
        let reply = try await repository.ask(
            .get, "blobs/\(digest)", fields: [.range: "bytes=\(part.range)"])
        return (reply, bytes)
    }
}
