import Crypto
import FoundationEssentials
public import OCIRegistry
import SwiftASN1
import SystemPackage
import X509

extension ServerCertificate {
    /// A certificate that the registry makes for itself, in a folder of its own: `ca.pem`, which
    /// clients trust, `server.pem`, and the keys of both (mode 0600).
    ///
    /// They are used again while they are valid for 30 more days and cover the hosts. A new
    /// server's certificate comes from the same authority, so that clients go on trusting it.
    ///
    /// - Parameters:
    ///   - hosts: names and addresses besides `localhost`, 127.0.0.1 and ::1.
    ///   - now: the time in seconds since 1970; nil for the system's.
    ///
    /// Throws ``OCIError``: configuration naming the file, usage for an illegal host.
    public static func selfMade(
        in folder: String, hosts: [String], now: Double? = nil
    ) throws(OCIError) -> ServerCertificate {
        let names = try HostName.alternativeNames(["localhost", "127.0.0.1", "::1"] + hosts)
        let files = CertificateFolder(
            path: folder, names: names,
            now: Date(timeIntervalSince1970: (now ?? Date().timeIntervalSince1970).rounded(.down)))
        try files.prepare()
        return try ServerCertificate(
            files.server, files.serverKey, authorityFile: files.authority, now: now)
    }
}

/// The folder in which a registry keeps certificates of its own making.
struct CertificateFolder {
    /// Where it is.
    let path: String
    /// What the server is called.
    let names: [GeneralName]
    /// The time.
    let now: Date

    private static let day = 86400.0
    /// How long a certificate that is used again has to be valid, in seconds.
    private static let margin = 30 * day

    var authority: String { "\(path)/ca.pem" }
    var authorityKey: String { "\(path)/ca.key" }
    var server: String { "\(path)/server.pem" }
    var serverKey: String { "\(path)/server.key" }

    /// Makes what is missing or about to end.
    func prepare() throws(OCIError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
        } catch {
            throw OCIError(
                .configuration, "the folder for certificates cannot be made", subject: path,
                advice: "let this user write there")
        }
        let known = try certificate(authority)
        if let known, isLasting(known) {
            if isServerUsable(under: known) { return }
            try makeServer(known, try privateKey(authorityKey))
        } else {
            if known == nil, GuardedFile.stamp(of: authorityKey) != nil {
                throw incomplete(authority, besides: authorityKey)
            }
            let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
            let made = try issue {
                try CertificateMaking.authority(key: key, now: now, days: 3650)
            }
            try write(try pem(key), to: authorityKey, mode: [.ownerReadWrite])
            try write(try pem(made), to: authority, mode: Self.publicMode)
            try makeServer(made, key)
        }
    }

    private func makeServer(
        _ authority: Certificate, _ authorityKey: Certificate.PrivateKey
    ) throws(OCIError) {
        guard authority.publicKey == authorityKey.publicKey else {
            throw OCIError(
                .configuration, "the key is not that of the certificate in \(self.authority)",
                subject: self.authorityKey, advice: Self.startAnew)
        }
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let made = try issue {
            try CertificateMaking.server(
                names: names, key: key, under: authority, authorityKey, now: now, days: 397)
        }
        // The key first: should the certificate not follow, the pair does not match and is made
        // anew at the next start.
        try write(try pem(key), to: serverKey, mode: [.ownerReadWrite])
        try write(try pem(made), to: server, mode: Self.publicMode)
    }

    private func isServerUsable(under authority: Certificate) -> Bool {
        guard let server = try? certificate(server), isLasting(server),
            let key = try? privateKey(serverKey),
            let present = try? server.extensions.subjectAlternativeNames
        else { return false }
        return key.publicKey == server.publicKey
            && authority.publicKey.isValidSignature(server.signature, for: server)
            && names.allSatisfy(present.contains)
    }

    private func isLasting(_ certificate: Certificate) -> Bool {
        certificate.notValidAfter.timeIntervalSince(now) > Self.margin
    }

    private func certificate(_ path: String) throws(OCIError) -> Certificate? {
        guard let (bytes, _) = try GuardedFile.read(path) else { return nil }
        do {
            return try Certificate(pemEncoded: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw OCIError(
                .configuration, "this is not a certificate", subject: path, advice: Self.startAnew)
        }
    }

    private func privateKey(_ path: String) throws(OCIError) -> Certificate.PrivateKey {
        guard let (bytes, _) = try GuardedFile.read(path, isSecret: true) else {
            throw incomplete(path, besides: authority)
        }
        do {
            return try Certificate.PrivateKey(pemEncoded: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw OCIError(
                .configuration, "this is not a private key", subject: path, advice: Self.startAnew)
        }
    }

    private func incomplete(_ missing: String, besides present: String) -> OCIError {
        OCIError(
            .configuration, "the file is missing, although there is \(present)", subject: missing,
            advice: Self.startAnew)
    }

    private static let startAnew =
        "put the right file there, or remove the folder: a new authority is then made, which "
        + "clients have to be told to trust"
    private static let publicMode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]

    private func issue(_ body: () throws -> Certificate) throws(OCIError) -> Certificate {
        do { return try body() } catch {
            throw OCIError(.configuration, "the certificate cannot be made", subject: path)
        }
    }

    private func pem(_ certificate: Certificate) throws(OCIError) -> String {
        do { return try certificate.serializeAsPEM().pemString } catch {
            throw OCIError(.configuration, "the certificate cannot be written", subject: path)
        }
    }

    private func pem(_ key: Certificate.PrivateKey) throws(OCIError) -> String {
        do { return try key.serializeAsPEM().pemString } catch {
            throw OCIError(.configuration, "the key cannot be written", subject: path)
        }
    }

    private func write(
        _ text: String, to path: String, mode: FilePermissions
    ) throws(OCIError) {
        try LocalFile.replace(path, with: Array("\(text)\n".utf8), mode: mode)
    }
}
