import FoundationEssentials
public import NIOSSL
public import OCIRegistry

/// What a server proves its name with: a certificate, those between it and an authority, its key.
public struct ServerCertificate: Sendable {
    /// The certificate first, then each issuer of the one before.
    public let chain: [NIOSSLCertificate]
    /// The certificate of the authority that clients have to trust (`--ca-file`); nil where it is
    /// not ours, and clients know it or not.
    public let authorityFile: String?
    private let key: NIOSSLPrivateKey

    /// Reads a chain and a key, each a PEM file.
    ///
    /// - Parameter now: the time in seconds since 1970; nil for the system's.
    ///
    /// Throws ``OCIError`` (configuration) naming the file, when it cannot be read, when the key
    /// is not the certificate's, or when the certificate has expired.
    public init(
        certificateFile: String, keyFile: String, now: Double? = nil
    ) throws(OCIError) {
        try self.init(certificateFile, keyFile, authorityFile: nil, now: now)
    }

    init(
        _ certificateFile: String, _ keyFile: String, authorityFile: String?, now: Double?
    ) throws(OCIError) {
        let (pem, keyPEM) = (try Self.read(certificateFile), try Self.read(keyFile))
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(pem), let first = chain.first else {
            throw OCIError(
                .configuration, "this is not a PEM file of certificates", subject: certificateFile,
                advice: "give the server's certificate, followed by those between it and its CA")
        }
        guard let key = try? NIOSSLPrivateKey(bytes: keyPEM, format: .pem) else {
            throw OCIError(
                .configuration, "this is not the PEM file of a private key without a passphrase",
                subject: keyFile, advice: "remove a passphrase with: openssl pkey -in F -out NEW")
        }
        guard Double(first.notValidAfter) > now ?? Date().timeIntervalSince1970 else {
            throw OCIError(
                .configuration, "the certificate has expired", subject: certificateFile,
                advice: "give a certificate that is valid")
        }
        self.chain = chain
        self.key = key
        self.authorityFile = authorityFile
        // BoringSSL compares the two when it takes them.
        guard (try? NIOSSLContext(configuration: configuration)) != nil else {
            throw OCIError(
                .configuration, "the key is not that of the certificate in \(certificateFile)",
                subject: keyFile, advice: "give the key that the certificate was made for")
        }
    }

    /// The server's side of TLS 1.2 and later. RFC 8996 is why not before.
    public var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }

    private static func read(_ path: String) throws(OCIError) -> [UInt8] {
        guard let (bytes, _) = try GuardedFile.read(path) else {
            throw OCIError(
                .configuration, "there is no such file", subject: path, advice: "check the path")
        }
        return bytes
    }
}
