import Foundation
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import LocalRegistry

@Suite("Tokens")
struct TokenIssuerTests {
    let folder: TemporaryFolder
    let keyFile: String
    let token = Token(
        identity: Identity(name: "ann"),
        scopes: [Scope(resourceType: "repository", name: "a/b/c", actions: [.pull, .push])])

    init() throws {
        folder = try TemporaryFolder()
        keyFile = folder.file("token.key")
    }

    @Test("a token says who holds it and what it allows, in the claims of the specification")
    func claims() async throws {
        let issuer = try await TokenIssuer(keyFile: keyFile, clock: { 1_800_000_000.5 })
        let issued = try await issuer.issue(token, service: "localhost:5000")
        let verified = try #require(await issuer.verify(issued.text, service: "localhost:5000"))
        #expect(verified.identity == token.identity && verified.scopes == token.scopes)

        let parts = try issued.text.split(separator: ".").prefix(2).map(decode)
        #expect(parts[0]["alg"] as? String == "HS256" && parts[0]["typ"] as? String == "JWT")
        #expect(parts[1]["iss"] as? String == "local-registry")
        #expect(parts[1]["sub"] as? String == "ann")
        #expect(parts[1]["aud"] as? String == "localhost:5000")
        #expect(parts[1]["iat"] as? Int == 1_800_000_000)
        #expect(parts[1]["nbf"] as? Int == 1_800_000_000)
        #expect(parts[1]["exp"] as? Int == 1_800_000_300)
        #expect((parts[1]["jti"] as? String)?.isEmpty == false)
        let access = try #require((parts[1]["access"] as? [[String: Any]])?.first)
        #expect(access["type"] as? String == "repository" && access["name"] as? String == "a/b/c")
        #expect(access["actions"] as? [String] == ["pull", "push"])
        #expect("\(issued)" == "a token" && !String(reflecting: issued).contains(issued.text))
    }

    @Test("a token that was changed, unsigned or issued for another service is worth nothing")
    func tampered() async throws {
        let issuer = try await TokenIssuer(keyFile: keyFile)
        let text = try await issuer.issue(token, service: "one").text
        #expect(await issuer.verify(text, service: "one") != nil)
        #expect(await issuer.verify(text, service: "two") == nil)
        let parts = text.split(separator: ".").map(String.init)
        let claims = String(decoding: try #require(unpadded(parts[1])), as: UTF8.self)
        let other = encode(claims.replacing(#""ann""#, with: #""eve""#))
        #expect(other != parts[1])
        let none = encode(#"{"alg":"none","typ":"JWT"}"#)
        for forged in [
            "\(parts[0]).\(other).\(parts[2])", "\(none).\(parts[1]).", "\(none).\(other).",
            "\(parts[0]).\(parts[1])", "", "..", String(repeating: "a", count: 1 << 17),
        ] {
            #expect(await issuer.verify(forged, service: "one") == nil)
        }
    }

    @Test("a token ends with its lifetime")
    func expiry() async throws {
        let clock = TestClock()
        let issuer = try await TokenIssuer(keyFile: keyFile, lifetime: 60, clock: { clock.now })
        let text = try await issuer.issue(token, service: "s").text
        clock.advance(59)
        #expect(await issuer.verify(text, service: "s") != nil)
        clock.advance(1)
        #expect(await issuer.verify(text, service: "s") == nil)
        clock.advance(-70)
        #expect(await issuer.verify(text, service: "s") == nil)
    }

    @Test("the key outlasts the process, and another key's tokens are worth nothing")
    func keys() async throws {
        let text = try await TokenIssuer(keyFile: keyFile).issue(token, service: "s").text
        #expect(try mode(of: keyFile) == 0o600)
        #expect(try folder.read("token.key").count == 32)
        let same = try await TokenIssuer(keyFile: keyFile)
        #expect(await same.verify(text, service: "s") != nil)
        let other = try await TokenIssuer(keyFile: folder.file("other.key"))
        #expect(await other.verify(text, service: "s") == nil)
    }

    @Test("after all have been ended, old tokens are refused for good, and new ones are taken")
    func expireAll() async throws {
        let issuer = try await TokenIssuer(keyFile: keyFile)
        let old = try await issuer.issue(token, service: "s").text
        let refresh = try await issuer.issueRefreshToken(user: "ann", password: "p", service: "s")
        try await issuer.expireAll()
        let new = try await issuer.issue(token, service: "s").text
        #expect(try mode(of: keyFile) == 0o600)
        for issuer in [issuer, try await TokenIssuer(keyFile: keyFile)] {
            #expect(await issuer.verify(old, service: "s") == nil)
            #expect(await issuer.verifyRefreshToken(refresh.text, service: "s") == nil)
            #expect(await issuer.verify(new, service: "s") != nil)
        }
    }

    @Test("a refresh token is no token, and a token no refresh token")
    func refreshTokens() async throws {
        let issuer = try await TokenIssuer(keyFile: keyFile)
        let refresh = try await issuer.issueRefreshToken(user: "ann", password: "p", service: "s")
        let holder = try #require(await issuer.verifyRefreshToken(refresh.text, service: "s"))
        #expect(holder.user == "ann" && holder.password == "p")
        #expect(await issuer.verify(refresh.text, service: "s") == nil)
        #expect(await issuer.verify(refresh.text, service: "s refresh") == nil)
        let plain = try await issuer.issue(token, service: "s").text
        #expect(await issuer.verifyRefreshToken(plain, service: "s") == nil)
    }

    @Test("a key that others can read, or that is none, is refused with what to do")
    func keyFiles() async throws {
        _ = try await TokenIssuer(keyFile: keyFile)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: keyFile)
        let exposed = try await #require(throws: OCIError.self) {
            try await TokenIssuer(keyFile: keyFile)
        }
        #expect(exposed.kind == .configuration && exposed.subject == keyFile)
        #expect(exposed.advice?.contains("chmod 600") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyFile)
        try folder.write("token.key", "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyFile)
        let short = try await #require(throws: OCIError.self) {
            try await TokenIssuer(keyFile: keyFile)
        }
        #expect(short.subject == keyFile && !short.description.contains("secret\n"))
    }

    private func decode(_ part: Substring) throws -> [String: Any] {
        let data = try #require(unpadded(String(part)))
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    private func unpadded(_ text: String) -> Data? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(
            base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding)
    }

    private func encode(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_").replacing("=", with: "")
    }
}

/// A clock that stands still.
private final class TestClock: Sendable {
    private let time = Mutex(1_800_000_000.0)
    var now: Double { time.withLock { $0 } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
}
