import FoundationEssentials
public import OCIRegistry

/// A signed document. DSSE, protocol.md and envelope.md, version 1.
public struct Envelope: Sendable, Hashable, Codable {
    /// A signature of the payload and its type.
    public struct Signature: Sendable, Hashable, Codable {
        /// Which key it is: ``PublicKey/keyID``.
        public var keyid: String
        /// The signature (DER) in base 64.
        public var sig: String

        /// Puts a signature together.
        public init(keyid: String, sig: String) {
            self.keyid = keyid
            self.sig = sig
        }
    }

    /// The type of in-toto statements.
    public static let inToto = "application/vnd.in-toto+json"
    /// Bytes that an envelope may have.
    public static let sizeLimit = 2 << 20

    /// The document's bytes in base 64.
    public var payload: String
    /// The document's type.
    public var payloadType: String
    /// One signature a key.
    public var signatures: [Signature]

    /// Signs a document.
    public init(signing payload: [UInt8], type: String = Envelope.inToto, with key: SigningKey) {
        self.payload = Data(payload).base64EncodedString()
        payloadType = type
        let signature = key.sign(Self.preAuthenticationEncoding(type, payload))
        signatures = [
            Signature(keyid: key.publicKey.keyID, sig: Data(signature).base64EncodedString())
        ]
    }

    /// Reads an envelope. Throws ``OCIError`` (bad data).
    public init(bytes: [UInt8], what: String = "the record") throws(OCIError) {
        guard bytes.count <= Self.sizeLimit else {
            throw OCIError(.badData, "\(what) is larger than \(Self.sizeLimit) bytes")
        }
        self = try JSON.decode(Envelope.self, from: bytes, what: what)
    }

    /// The envelope as it is stored.
    public var bytes: [UInt8] { JSON.encode(self) }

    /// What is signed: `DSSEv1`, and type and payload with their lengths. DSSE, protocol.md, "PAE".
    public static func preAuthenticationEncoding(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    }

    /// The payload, once one of the keys has been found to have signed it as an in-toto statement.
    ///
    /// Throws ``RecordFault``.
    public func verifiedPayload(_ keys: [PublicKey]) throws(RecordFault) -> [UInt8] {
        guard payloadType == Self.inToto else {
            throw RecordFault(
                .payloadType, "its payload is said to be '\(payloadType.prefix(100))'")
        }
        guard let payload = Self.decode(payload), !payload.isEmpty else {
            throw RecordFault(.malformed, "its payload is not base 64")
        }
        let message = Self.preAuthenticationEncoding(payloadType, payload)
        // Nobody signs a record sixteen times; each costs a verification.
        var isKnown = false
        for signature in signatures.prefix(16) {
            for key in keys where key.keyID == signature.keyid {
                isKnown = true
                if let raw = Self.decode(signature.sig), key.verifies(raw, of: message) {
                    return payload
                }
            }
        }
        guard isKnown else {
            let named = signatures.prefix(3).map { "\($0.keyid.prefix(16))" }
            throw RecordFault(
                .unknownKey,
                named.isEmpty
                    ? "nobody has signed it"
                    : "it is signed with a key that is not trusted here: \(named.joined(separator: ", "))"
            )
        }
        throw RecordFault(
            .signature, "its signature is not of this content: it was altered after it was signed")
    }

    /// Both alphabets are to be taken. DSSE, envelope.md.
    private static func decode(_ text: String) -> [UInt8]? {
        if let usual = Data(base64Encoded: text) { return [UInt8](usual) }
        let plain = text.utf8.map {
            switch $0 {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: $0
            }
        }
        return Data(base64Encoded: Data(plain)).map { [UInt8]($0) }
    }
}
