import OCIRegistry
import Testing

@testable import RunLedger

@Suite("Records that were not read to the end")
struct SealedRecordTests {
    private let key = SigningKey()
    private let signed: SignedRecord

    init() throws { signed = SignedRecord(try Sample.finished(), with: key) }

    private func sealed(_ bytes: [UInt8], _ tag: OCIRegistry.Tag) throws -> SealedRecord? {
        try SealedRecord(envelope: bytes, tag: tag, keys: [key.publicKey])
    }

    @Test("every digest that the record names is among its hashes, and is found in it")
    func hashes() throws {
        let sealed = try #require(try sealed(signed.bytes, signed.tag))
        #expect(!signed.record.digests.isEmpty)
        let hashes = sealed.hashes.split(separator: ",").map(String.init)
        #expect(Set(hashes).count == hashes.count)
        for digest in signed.record.digests {
            #expect(hashes.contains(digest.hex))
            #expect(sealed.names([Array(digest.hex.utf8)]))
        }
        #expect(!sealed.names([Array(Sample.digest("unknown").hex.utf8)]))
        #expect(sealed.names(["unknown", "app"].map { Array(Sample.digest($0).hex.utf8) }))
    }

    @Test(
        "its signature is checked, and a name that is not its own keeps it from being passed over")
    func checked() throws {
        let other = SignedRecord(try Sample.started(), with: key)
        #expect(try sealed(signed.bytes, other.tag) == nil)
        let strange = SignedRecord(try Sample.finished(), with: SigningKey())
        let unknown = #expect(throws: RecordFault.self) { try sealed(strange.bytes, strange.tag) }
        #expect(unknown?.kind == .unknownKey)
        var envelope = try Envelope(bytes: signed.bytes)
        envelope.payload = try Envelope(bytes: other.bytes).payload
        let altered = #expect(throws: RecordFault.self) {
            try sealed(envelope.bytes, signed.tag)
        }
        #expect(altered?.kind == .signature)
    }
}
