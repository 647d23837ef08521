import TestSupport
import Testing

@testable import OCIRegistry

@Suite struct VerifyingReaderTests {
    private let bytes = FixtureContent.random(3_000_000)

    private func read(_ content: [UInt8], as descriptor: Descriptor) async throws -> Int {
        let reader = VerifyingReader(
            MemoryReader(content), expecting: descriptor, subject: "the test")
        var count = 0
        while let piece = try await reader.read() { count += piece.count }
        return count
    }

    private func descriptor(size: Int? = nil) -> Descriptor {
        Descriptor(
            mediaType: .octetStream, digest: SHA2.digest(of: bytes),
            size: Int64(size ?? bytes.count))
    }

    @Test func rightContentPasses() async throws {
        #expect(try await read(bytes, as: descriptor()) == bytes.count)
        let empty = Descriptor(mediaType: .octetStream, digest: SHA2.digest(of: []), size: 0)
        #expect(try await read([], as: empty) == 0)
    }

    @Test func wrongContentNeverGivesItsLastByte() async throws {
        var damaged = bytes
        damaged[5] ^= 1
        let cases = [
            (damaged, descriptor()), (Array(bytes.dropLast()), descriptor()),
            (bytes + [0], descriptor()), (bytes, descriptor(size: bytes.count + 1)),
            (bytes, descriptor(size: bytes.count - 1)), ([], descriptor()),
        ]
        for (content, expected) in cases {
            let reader = VerifyingReader(
                MemoryReader(content), expecting: expected, subject: "the test")
            var count = 0
            let error = await #expect(throws: OCIError.self) {
                while let piece = try await reader.read() { count += piece.count }
            }
            #expect(error?.kind == .badData)
            #expect(Int64(count) < expected.size)
        }
    }
}
