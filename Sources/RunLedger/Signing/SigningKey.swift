import CNative
public import OCIRegistry

/// A private key: ECDSA on P-256 over SHA-256. It tells nobody what it is, but by ``privatePEM()``.
public struct SigningKey: Sendable {
    /// The key that verifies what this one signs.
    public let publicKey: PublicKey
    private let handle: KeyHandle

    /// Makes a new key.
    public init() {
        guard let handle = KeyHandle(cn_key_generate()) else {
            preconditionFailure("OpenSSL makes no key on P-256")
        }
        self.init(handle)
    }

    /// Reads a key of `-----BEGIN PRIVATE KEY-----` (PKCS#8). `source` is where it came from, for the
    /// error; the text itself is in none.
    ///
    /// Throws ``OCIError`` (configuration).
    public init(pem: String, source: String) throws(OCIError) {
        guard let handle = KeyHandle.read(pem, cn_key_read_private) else {
            throw OCIError(
                .configuration, "this is no private key that signs records", subject: source,
                advice: "it takes a P-256 key in PEM, BEGIN PRIVATE KEY and not encrypted: "
                    + "'publisher run keygen' makes one")
        }
        self.init(handle)
    }

    private init(_ handle: KeyHandle) {
        self.handle = handle
        publicKey = PublicKey(handle)
    }

    /// The key as PKCS#8 in PEM, not encrypted. RFC 7468, section 10.
    public func privatePEM() -> String {
        String(decoding: handle.bytes(cn_key_private_pem), as: UTF8.self)
    }

    /// Signs a message; the signature is in DER, another one each time.
    public func sign(_ message: [UInt8]) -> [UInt8] {
        handle.bytes { cn_key_sign($0, message, message.count, $1, $2) }
    }
}

extension SigningKey: CustomStringConvertible {
    /// The public part's identifier, so that a key that gets into a message gives nothing away.
    public var description: String { "key \(publicKey.keyID)" }
}
