import Foundation
import NIOSSL
import OCIRegistry
import TestSupport
import Testing

@testable import LocalRegistry

@Suite("Certificates")
struct ServerCertificateTests {
    let folder: TemporaryFolder
    let tls: String
    static let day = 86400.0

    init() throws {
        folder = try TemporaryFolder()
        tls = folder.file("tls")
    }

    @discardableResult
    private func openssl(_ arguments: String...) async throws -> String {
        try await ChildProcess.run(ProgramCall("openssl", arguments)).checked().stdout
    }

    private func file(_ name: String) throws -> [UInt8] { try folder.read("tls/\(name)") }

    private func verify() async throws {
        try await openssl(
            "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "\(tls)/ca.pem",
            "\(tls)/server.pem")
    }

    @Test("openssl agrees with the certificates that are made, and the keys are ours alone")
    func making() async throws {
        let made = try ServerCertificate.selfMade(
            in: tls, hosts: ["Registry.test", "192.0.2.7", "[2001:db8::1]", "0.0.0.0", "localhost"])
        #expect(made.authorityFile == "\(tls)/ca.pem")
        try await verify()
        let text = try await openssl("x509", "-in", "\(tls)/server.pem", "-noout", "-text")
        let names = try #require(text.split(separator: "\n").first { $0.contains("DNS:") })
        #expect(
            names.trimmingCharacters(in: .whitespaces)
                == "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, "
                + "DNS:registry.test, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1")
        for part in ["CA:FALSE", "TLS Web Server Authentication", "Digital Signature", "P-256"] {
            #expect(text.contains(part))
        }
        let authority = try await openssl("x509", "-in", "\(tls)/ca.pem", "-noout", "-text")
        #expect(authority.contains("CA:TRUE, pathlen:0") && authority.contains("Certificate Sign"))
        for (name, expected) in [
            ("ca.pem", 0o644), ("server.pem", 0o644), ("ca.key", 0o600), ("server.key", 0o600),
        ] {
            #expect(try mode(of: "\(tls)/\(name)") == expected)
        }
        for (name, days) in [("ca.pem", 3650), ("server.pem", 397)] {
            for (extra, isValid) in [(-7200.0, true), (7200, false)] {
                let seconds = Int(Double(days) * Self.day + extra)
                let call = ProgramCall(
                    "openssl",
                    ["x509", "-in", "\(tls)/\(name)", "-noout", "-checkend", "\(seconds)"])
                let status = try await ChildProcess.run(call).status
                #expect((status == 0) == isValid)
            }
        }
    }

    @Test("certificates are used again, until a name is new or 30 days are left")
    func renewal() async throws {
        let start = Date().timeIntervalSince1970
        _ = try ServerCertificate.selfMade(in: tls, hosts: ["one.test"])
        let (authority, first) = (try file("ca.pem"), try file("server.pem"))

        _ = try ServerCertificate.selfMade(in: tls, hosts: [], now: start + 366 * Self.day)
        #expect(try file("server.pem") == first)

        _ = try ServerCertificate.selfMade(in: tls, hosts: ["two.test"])
        let second = try file("server.pem")
        #expect(second != first)
        try await verify()

        _ = try ServerCertificate.selfMade(in: tls, hosts: [], now: start + 368 * Self.day)
        #expect(try file("server.pem") != second)
        #expect(try file("ca.pem") == authority)
        #expect(try mode(of: "\(tls)/server.key") == 0o600)

        // No certificate outlives the one that vouches for it.
        _ = try ServerCertificate.selfMade(in: tls, hosts: [], now: start + 3600 * Self.day)
        #expect(try file("ca.pem") == authority)
        let ends = try await [tls + "/ca.pem", tls + "/server.pem"].asyncMap {
            try await openssl("x509", "-in", $0, "-noout", "-enddate")
        }
        #expect(ends[0] == ends[1])

        _ = try ServerCertificate.selfMade(in: tls, hosts: [], now: start + 3630 * Self.day)
        #expect(try file("ca.pem") != authority)
    }

    @Test("a server's certificate that is damaged, or of another authority, is made anew")
    func damage() async throws {
        let other = folder.file("other")
        _ = try ServerCertificate.selfMade(in: tls, hosts: [])
        _ = try ServerCertificate.selfMade(in: other, hosts: [])
        let (foreign, foreignKey) = (
            try folder.read("other/server.pem"), try folder.read("other/server.key")
        )
        for (name, content) in [
            ("server.pem", Array("x".utf8)), ("server.key", Array("x".utf8)),
            ("server.key", foreignKey), ("server.pem", foreign),
        ] {
            let authority = try file("ca.pem")
            try folder.write("tls/\(name)", content)
            _ = try ServerCertificate.selfMade(in: tls, hosts: [])
            try await verify()
            #expect(try file("ca.pem") == authority)
        }
    }

    @Test("an authority is never replaced because a part of it is missing, exposed or damaged")
    func authority() throws {
        for damage in ["missing key", "missing certificate", "exposed key", "damaged"] {
            let tls = folder.file(damage)
            _ = try ServerCertificate.selfMade(in: tls, hosts: [])
            let key = "\(tls)/ca.key"
            switch damage {
            case "missing key": try FileManager.default.removeItem(atPath: key)
            case "missing certificate": try FileManager.default.removeItem(atPath: "\(tls)/ca.pem")
            case "exposed key":
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o644], ofItemAtPath: key)
            default: try folder.write("\(damage)/ca.pem", "x")
            }
            let error = try #require(throws: OCIError.self) {
                try ServerCertificate.selfMade(in: tls, hosts: ["new.test"])
            }
            #expect(error.kind == .configuration && error.subject?.hasPrefix("\(tls)/ca.") == true)
            #expect(error.advice != nil && !error.description.contains("PRIVATE"))
        }
    }

    @Test("what is no host is refused", arguments: ["", "a b", "https://a", "a:1", "a/b", "*"])
    func hosts(host: String) throws {
        let error = try #require(throws: OCIError.self) {
            try ServerCertificate.selfMade(in: tls, hosts: [host])
        }
        #expect(error.kind == .usage)
    }

    @Test("given files are used, with EC and RSA keys and a chain", arguments: ["EC", "RSA"])
    func given(kind: String) async throws {
        let (pem, key) = (folder.file("s.pem"), folder.file("s.key"))
        let algorithm =
            kind == "EC" ? ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] : ["rsa:2048"]
        let call = ProgramCall(
            "openssl",
            ["req", "-x509", "-days", "2", "-nodes", "-subj", "/CN=x", "-newkey"] + algorithm
                + ["-keyout", key, "-out", pem])
        try await ChildProcess.run(call).checked()
        _ = try ServerCertificate.selfMade(in: tls, hosts: [])
        try folder.write("s.pem", try folder.read("s.pem") + file("ca.pem"))
        let certificate = try ServerCertificate(certificateFile: pem, keyFile: key)
        #expect(certificate.chain.count == 2 && certificate.authorityFile == nil)
        #expect(certificate.configuration.minimumTLSVersion == .tlsv12)
    }

    @Test("given files that cannot be used are refused by name")
    func refusals() throws {
        _ = try ServerCertificate.selfMade(in: tls, hosts: [])
        let (pem, key) = ("\(tls)/server.pem", "\(tls)/server.key")
        let nonsense = try folder.write("nonsense", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n")
        let later = Date().timeIntervalSince1970 + 400 * Self.day
        for (certificateFile, keyFile, now, subject, word) in [
            (pem, "\(tls)/ca.key", nil, "\(tls)/ca.key", "not that of the certificate"),
            (pem, nonsense, nil, nonsense, "private key"),
            (pem, folder.file("none"), nil, folder.file("none"), "no such file"),
            (nonsense, key, nil, nonsense, "certificates"),
            (folder.file("none"), key, nil, folder.file("none"), "no such file"),
            (pem, key, later, pem, "expired"),
        ] as [(String, String, Double?, String, String)] {
            let error = try #require(throws: OCIError.self) {
                try ServerCertificate(
                    certificateFile: certificateFile, keyFile: keyFile, now: now)
            }
            #expect(error.kind == .configuration && error.subject == subject)
            #expect(error.message.contains(word))
            #expect(!error.description.contains("c2VjcmV0"))
        }
    }

    @Test("curl trusts the server by ca.pem alone, from TLS 1.2 on")
    func handshake() async throws {
        let certificate = try ServerCertificate.selfMade(in: tls, hosts: [])
        let authority = try #require(certificate.authorityFile)
        try await withServer(AccessControl(.none), tls: certificate.configuration) { port in
            for (options, isTrusted) in [
                (["--cacert", authority], true),
                (["--cacert", authority, "--tls-max", "1.2"], true),
                (["--cacert", authority, "--tls-max", "1.1"], false), ([], false),
            ] {
                for host in ["localhost", "127.0.0.1"] {
                    let call = ProgramCall(
                        "curl", ["-sSf"] + options + ["https://\(host):\(port)/v2/"])
                    let status = try await ChildProcess.run(call).status
                    #expect((status == 0) == isTrusted)
                }
            }
        }
    }
}

extension Array {
    fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async throws -> [T] {
        var mapped: [T] = []
        for element in self { mapped.append(try await body(element)) }
        return mapped
    }
}
