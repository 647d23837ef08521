import CNative
public import OCIRegistry

/// A key that tells whose signature it is: ECDSA on P-256 over SHA-256. FIPS 186-5, section 6.
public struct PublicKey: Sendable {
    /// The SHA-256 of the key's SubjectPublicKeyInfo (DER), in hexadecimal: what envelopes name it by.
    public let keyID: String
    /// The SubjectPublicKeyInfo as PEM. RFC 7468, section 13.
    public let pem: String
    private let handle: KeyHandle

    /// Reads a key of `-----BEGIN PUBLIC KEY-----`. Throws ``OCIError`` (configuration).
    public init(pem: String, subject: String? = nil) throws(OCIError) {
        guard let handle = KeyHandle.read(pem, cn_key_read_public) else {
            throw OCIError(
                .configuration, "this is no public key that verifies records", subject: subject,
                advice:
                    "it takes a P-256 key in PEM, BEGIN PUBLIC KEY: 'publisher run keygen' makes one"
            )
        }
        self.init(handle)
    }

    init(_ handle: KeyHandle) {
        self.handle = handle
        keyID = SHA2.digest(of: handle.bytes(cn_key_public_der)).hex
        pem = String(decoding: handle.bytes(cn_key_public_pem), as: UTF8.self)
    }

    /// Whether a signature (DER) of a message is this key's.
    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        cn_key_verify(handle.pointer, message, message.count, signature, signature.count) == 1
    }
}

extension PublicKey: Hashable {
    public static func == (left: Self, right: Self) -> Bool { left.keyID == right.keyID }
    public func hash(into hasher: inout Hasher) { hasher.combine(keyID) }
}
