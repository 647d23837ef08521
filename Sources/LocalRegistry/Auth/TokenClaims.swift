import JWTKit
public import OCIRegistry

/// What a token says. Distribution token specification, "JSON Web Token"; RFC 7519, section 4.1.
struct TokenClaims: JWTPayload, Equatable {
    /// Actions on one resource.
    struct Grant: Codable, Sendable, Equatable {
        var type: String
        var name: String
        var actions: [String]
    }

    /// Who issued it.
    var iss: String
    /// The user's name; empty for nobody in particular.
    var sub: String
    /// Whom it is for.
    var aud: String
    /// Seconds since 1970 when it stops being valid.
    var exp: Int
    /// Seconds since 1970 when it starts being valid.
    var nbf: Int
    /// Seconds since 1970 when it was issued.
    var iat: Int
    /// What no other token has.
    var jti: String
    /// What it allows.
    var access: [Grant]
    /// In a refresh token, the fingerprint of the password that it stands for.
    var password: String?

    /// Nothing: the issuer checks the claims, since it knows the time and the audience.
    func verify(using algorithm: some JWTAlgorithm) {}
}

/// A token that was checked, or is about to be handed out.
public struct Token: Sendable {
    /// Who holds it.
    public var identity: Identity
    /// What it allows.
    public var scopes: [Scope]
}

/// A token for a client, with what the client is told about it. Its description shows nothing.
public struct IssuedToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// The token itself, a secret.
    public let text: String
    /// Seconds since 1970 when it was issued.
    public let issued: Int
    /// Seconds from then for which it is valid.
    public let lifetime: Int

    /// Says that there is one.
    public var description: String { "a token" }
    /// Nothing to see.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
