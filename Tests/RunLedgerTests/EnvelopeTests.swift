import OCIRegistry
import RunLedger
import Testing

@Suite("Signed envelopes")
struct EnvelopeTests {
    private let key = SigningKey()
    private let payload = Array(#"{"_type":"https://in-toto.io/Statement/v1"}"#.utf8)

    private func fault(_ envelope: Envelope, _ keys: [PublicKey]) -> RecordFault.Kind? {
        do {
            _ = try envelope.verifiedPayload(keys)
            return nil
        } catch { return error.kind }
    }

    @Test("what is signed is what the specification's example says")
    func encoding() {
        let bytes = Envelope.preAuthenticationEncoding(
            "http://example.com/HelloWorld", Array("hello world".utf8))
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
    }

    @Test("an envelope comes back from its bytes and verifies with its key")
    func roundTrip() throws {
        let envelope = Envelope(signing: payload, with: key)
        let read = try Envelope(bytes: envelope.bytes)
        #expect(try read.verifiedPayload([SigningKey().publicKey, key.publicKey]) == payload)
        #expect(read.signatures.map(\.keyid) == [key.publicKey.keyID])
    }

    @Test("the URL-safe alphabet is taken too")
    func alphabets() throws {
        var envelope = Envelope(signing: payload, with: key)
        for place in envelope.signatures.indices {
            envelope.signatures[place].sig = String(
                envelope.signatures[place].sig.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
        }
        #expect(try envelope.verifiedPayload([key.publicKey]) == payload)
    }

    @Test("a changed payload, type or signature is found out")
    func alterations() throws {
        let envelope = Envelope(signing: payload, with: key)
        let trusted = [key.publicKey]

        var other = envelope
        other.payload = Envelope(signing: Array("{}".utf8), with: key).payload
        #expect(fault(other, trusted) == .signature)

        var type = envelope
        type.payloadType = "application/json"
        #expect(fault(type, trusted) == .payloadType)
        // Signed as something else, and then passed off as a statement.
        var passedOff = Envelope(signing: payload, type: "text/plain", with: key)
        passedOff.payloadType = Envelope.inToto
        #expect(fault(passedOff, trusted) == .signature)

        var cut = envelope
        cut.signatures[0].sig = String(cut.signatures[0].sig.dropLast(8))
        #expect(fault(cut, trusted) == .signature)
    }

    @Test("a key that is not trusted, no key, and a borrowed key identifier are refused")
    func keys() throws {
        let envelope = Envelope(signing: payload, with: key)
        let stranger = SigningKey()
        #expect(fault(envelope, [stranger.publicKey]) == .unknownKey)
        #expect(fault(envelope, []) == .unknownKey)
        var unsigned = envelope
        unsigned.signatures = []
        #expect(fault(unsigned, [key.publicKey]) == .unknownKey)
        var borrowed = Envelope(signing: payload, with: stranger)
        borrowed.signatures[0].keyid = key.publicKey.keyID
        #expect(fault(borrowed, [key.publicKey]) == .signature)
    }

    @Test("what is no envelope is bad data", arguments: ["", "[]", "{}", #"{"payload":1}"#])
    func garbage(text: String) {
        #expect(throws: OCIError.self) { try Envelope(bytes: Array(text.utf8)) }
    }
}
