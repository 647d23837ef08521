import OCIRegistry
import RunLedger
import Testing

@Suite("What is done to records")
struct SignedRecordTests {
    private let key = SigningKey()
    private let signed: SignedRecord

    init() throws { signed = SignedRecord(try Sample.started(), with: key) }

    private func fault(
        _ bytes: [UInt8], tag: OCIRegistry.Tag?, ledger: String? = Sample.ledger,
        keys: [PublicKey]? = nil
    ) -> RecordFault.Kind? {
        do {
            _ = try SignedRecord(
                bytes: bytes, tag: tag, ledger: ledger, keys: keys ?? [key.publicKey])
            return nil
        } catch { return error.kind }
    }

    @Test("a record under its own tag is believed, and signing it again gives the same name")
    func believed() throws {
        #expect(fault(signed.bytes, tag: signed.tag) == nil)
        let again = SignedRecord(try Sample.started(), with: SigningKey())
        #expect(again.tag == signed.tag)
        #expect(again.bytes != signed.bytes)
    }

    @Test("a record under the tag of another run is refused, as a replayed older one is")
    func renamed() throws {
        let newer = SignedRecord(try Sample.started(["GITHUB_RUN_ID": "4712"]), with: key)
        #expect(fault(signed.bytes, tag: newer.tag) == .name)
        let finished = SignedRecord(try Sample.finished(), with: key)
        #expect(fault(signed.bytes, tag: finished.tag) == .name)
    }

    @Test("a record that was copied from another ledger is refused")
    func copied() {
        #expect(
            fault(signed.bytes, tag: signed.tag, ledger: "git.example.org/other/runs") == .elsewhere
        )
    }

    @Test("a wrong key and no key are refused")
    func keys() {
        #expect(fault(signed.bytes, tag: signed.tag, keys: [SigningKey().publicKey]) == .unknownKey)
        #expect(fault(signed.bytes, tag: signed.tag, keys: []) == .unknownKey)
    }

    @Test("another payload under the old signature is refused, whatever tag it gets")
    func altered() throws {
        var record = try Sample.started()
        record.builder.grade = .a
        let payload = record.statement.bytes
        var envelope = try Envelope(bytes: signed.bytes)
        envelope.payload = Envelope(signing: payload, with: SigningKey()).payload
        let tag = RecordName.tag(record.run, payload: payload)
        #expect(fault(envelope.bytes, tag: tag) == .signature)
        envelope.payloadType = "application/vnd.other+json"
        #expect(fault(envelope.bytes, tag: tag) == .payloadType)
    }

    @Test("the record of an image with an identity stands under that identity's tag too")
    func identity() throws {
        let record = SignedRecord(try Sample.finished(), with: key)
        #expect(fault(record.bytes, tag: RecordName.tag(identity: "0123456789abcdef")) == nil)
        #expect(fault(record.bytes, tag: RecordName.tag(identity: "fedcba9876543210")) == .name)
    }
}
