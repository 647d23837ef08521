import FoundationEssentials

/// What proves an identity to a registry. No description of it ever shows a secret.
public enum Credentials: Sendable, Hashable {
    /// Nobody in particular.
    case anonymous
    /// A user name with a password or access token. RFC 7617.
    case basic(username: String, password: String)
    /// A refresh token that the token endpoint takes instead of a password (Docker's identity
    /// token, kept under the user name `<token>`).
    case identityToken(String)
    /// A token that the registry itself takes. RFC 6750.
    case bearer(String)

    /// The user name under which Docker and its helpers keep an identity token.
    public static let identityTokenUsername = "<token>"

    /// A user name and password as files and helpers hold them, where `<token>` means an identity
    /// token.
    public init(username: String, password: String) {
        self =
            username == Self.identityTokenUsername
            ? .identityToken(password) : .basic(username: username, password: password)
    }

    /// The user name, where there is one.
    public var username: String? {
        if case .basic(let username, _) = self { username } else { nil }
    }

    /// Every text that must not be seen: what an error or a log line has to hide.
    public var secrets: [String] {
        switch self {
        case .anonymous: []
        case .basic(let username, let password):
            [password, Self.base64("\(username):\(password)")]
        case .identityToken(let token), .bearer(let token): [token]
        }
    }

    /// The value of an `Authorization` field for the Basic scheme; nil for other credentials.
    /// RFC 7617, section 2.
    var basicAuthorization: String? {
        guard case .basic(let username, let password) = self else { return nil }
        return "Basic " + Self.base64("\(username):\(password)")
    }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind and the user name.
    public var description: String {
        switch self {
        case .anonymous: "anonymous"
        case .basic(let username, _): "basic(username: \(username))"
        case .identityToken: "identity token"
        case .bearer: "bearer token"
        }
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Credentials with the place where they were found, which an error may name.
public struct SourcedCredentials: Sendable, Hashable {
    /// The credentials.
    public var credentials: Credentials
    /// Where they came from, for people: `~/.docker/config.json (auths)`.
    public var source: String

    /// Puts both together.
    public init(_ credentials: Credentials, source: String) {
        self.credentials = credentials
        self.source = source
    }

    /// None, because no place held any.
    public static let none = SourcedCredentials(.anonymous, source: "no credentials")
}
