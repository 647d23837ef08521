import FoundationEssentials
import X509

/// Makes certificates, ECDSA over P-256. RFC 5280, section 4.
enum CertificateMaking {
    /// Seconds by which a certificate is valid before it was made, for clocks that are behind.
    private static let leeway = 3600.0

    /// The certificate of an authority for servers, under a name that no other has.
    static func authority(
        key: Certificate.PrivateKey, now: Date, days: Int
    ) throws -> Certificate {
        let mark = String(UInt32.random(in: .min ... .max), radix: 16)
        let name = try DistinguishedName { CommonName("local-registry CA \(mark)") }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: now - leeway, notValidAfter: now + Double(days) * 86400,
            issuer: name, subject: name,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: key)
    }

    /// The certificate of a server, valid no longer than its authority's.
    static func server(
        names: [GeneralName], key: Certificate.PrivateKey, under authority: Certificate,
        _ authorityKey: Certificate.PrivateKey, now: Date, days: Int
    ) throws -> Certificate {
        let issuer = try authority.extensions.subjectKeyIdentifier?.keyIdentifier
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: now - leeway,
            notValidAfter: min(now + Double(days) * 86400, authority.notValidAfter),
            issuer: authority.subject,
            subject: try DistinguishedName { CommonName("local-registry") },
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
                SubjectKeyIdentifier(hash: key.publicKey)
                AuthorityKeyIdentifier(keyIdentifier: issuer)
            },
            issuerPrivateKey: authorityKey)
    }
}
