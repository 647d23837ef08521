import FoundationEssentials
import JWTKit
public import OCIRegistry
import SystemPackage
import Synchronization

/// Issues tokens and checks them: JSON Web Tokens, signed by HMAC-SHA-256 with a key that no one
/// else has.
///
/// Distribution token specification, "JSON Web Token"; RFC 7519.
public final class TokenIssuer: Sendable {
    /// Seconds for which a token is valid unless told otherwise.
    public static let usualLifetime = 300
    /// Seconds for which a refresh token is valid.
    static let refreshLifetime = 90 * 86400
    private static let keySize = 32
    private static let name = "local-registry"
    /// Bytes of a token that is looked at.
    private static let limit = 64 << 10

    /// Seconds for which a token is valid.
    public let lifetime: Int
    private let keyFile: String
    private let clock: @Sendable () -> Double
    private let keys: Mutex<JWTKeyCollection>

    /// Takes the key from a file of 32 random bytes, which is made (mode 0600) when missing.
    ///
    /// - Parameters:
    ///   - lifetime: seconds for which a token is valid.
    ///   - clock: the time in seconds since 1970; nil for the system's.
    ///
    /// Throws ``OCIError`` (configuration) naming the file, also when others can read it.
    public init(
        keyFile: String, lifetime: Int = TokenIssuer.usualLifetime,
        clock: (@Sendable () -> Double)? = nil
    ) async throws(OCIError) {
        if GuardedFile.stamp(of: keyFile) == nil {
            // Of two processes that start at once, one makes it and both use it.
            _ = try LocalFile.create(keyFile, with: Self.randomKey(), mode: [.ownerReadWrite])
        }
        guard let (key, _) = try GuardedFile.read(keyFile, isSecret: true),
            key.count == Self.keySize
        else {
            throw OCIError(
                .configuration, "the file is not a key of \(Self.keySize) bytes", subject: keyFile,
                advice: "remove it to have one made; the tokens that are out then end")
        }
        self.keyFile = keyFile
        self.lifetime = lifetime
        self.clock = clock ?? { Date().timeIntervalSince1970 }
        keys = Mutex(await Self.collection(key))
    }

    /// Makes every token that was issued so far invalid, refresh tokens too, by replacing the key.
    ///
    /// Throws ``OCIError`` (configuration) when the file cannot be written.
    public func expireAll() async throws(OCIError) {
        let key = Self.randomKey()
        try LocalFile.replace(keyFile, with: key, mode: [.ownerReadWrite])
        let new = await Self.collection(key)
        keys.withLock { $0 = new }
    }

    /// A token that allows somebody something at a service.
    public func issue(_ token: Token, service: String) async throws -> IssuedToken {
        let access = token.scopes.map {
            TokenClaims.Grant(
                type: $0.resourceType, name: $0.name, actions: $0.actions.sorted().map(\.rawValue))
        }
        return try await sign(token.identity, audience: service, lifetime, access)
    }

    /// What a token says; nil when it is not one of ours, was not issued for this service or is
    /// not valid now.
    public func verify(_ text: String, service: String) async -> Token? {
        guard let claims = await claims(of: text, audience: service), claims.password == nil else {
            return nil
        }
        return Token(
            identity: Identity(name: claims.sub.isEmpty ? nil : claims.sub),
            scopes: claims.access.map {
                Scope(
                    resourceType: $0.type, name: $0.name,
                    actions: Set($0.actions.map(Scope.Action.init(rawValue:))))
            })
    }

    /// A token that gets other tokens in place of a user's password, for as long as the user has
    /// this password.
    func issueRefreshToken(
        user: String, password fingerprint: String, service: String
    ) async throws -> IssuedToken {
        try await sign(
            Identity(name: user), audience: Self.refreshAudience(service), Self.refreshLifetime, [],
            password: fingerprint)
    }

    /// Whom a refresh token stands for, with the fingerprint of the password; nil as for
    /// ``verify(_:service:)``.
    func verifyRefreshToken(
        _ text: String, service: String
    ) async -> (user: String, password: String)? {
        let claims = await claims(of: text, audience: Self.refreshAudience(service))
        return claims.flatMap { claims in claims.password.map { (claims.sub, $0) } }
    }

    /// No host has a space in its name, so neither kind of token passes for the other.
    private static func refreshAudience(_ service: String) -> String { "\(service) refresh" }

    private func sign(
        _ identity: Identity, audience: String, _ lifetime: Int, _ access: [TokenClaims.Grant],
        password: String? = nil
    ) async throws -> IssuedToken {
        let now = Int(clock())
        let claims = TokenClaims(
            iss: Self.name, sub: identity.name ?? "", aud: audience, exp: now + lifetime, nbf: now,
            iat: now, jti: UUID().uuidString, access: access, password: password)
        let text = try await keys.withLock { $0 }.sign(claims)
        return IssuedToken(text: text, issued: now, lifetime: lifetime)
    }

    private func claims(of text: String, audience: String) async -> TokenClaims? {
        guard text.utf8.count <= Self.limit,
            let claims = try? await keys.withLock({ $0 }).verify(text, as: TokenClaims.self)
        else { return nil }
        let now = clock()
        guard claims.iss == Self.name, claims.aud == audience, Double(claims.nbf) <= now,
            now < Double(claims.exp)
        else { return nil }
        return claims
    }

    private static func collection(_ key: [UInt8]) async -> JWTKeyCollection {
        await JWTKeyCollection().add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
    }

    private static func randomKey() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<keySize).map { _ in random.next() }
    }
}
