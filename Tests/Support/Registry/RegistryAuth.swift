/// How a `ScriptedRegistry` wants its clients to prove who they are.
public enum RegistryAuth: Sendable {
    /// Everyone may do everything.
    case none
    /// Basic credentials on every request.
    case basic(user: String, password: String)
    /// Bearer tokens from a token endpoint.
    case token(TokenAuth)
}

/// The manners of a token endpoint. It is `/token` on the registry itself.
public struct TokenAuth: Sendable {
    /// How long a token is really accepted.
    public enum Lifetime: Sendable {
        /// Until `revokeTokens` or an `expireTokens` fault.
        case unlimited
        /// For so many requests to the registry.
        case requests(Int)
        /// For so many seconds.
        case seconds(Double)
    }

    /// Which fields of a reply hold the token.
    public enum Field: String, Sendable {
        /// The field of Docker's token specification.
        case token
        /// The field of OAuth2.
        case accessToken = "access_token"
    }

    /// The only user.
    public var user: String
    /// The user's password.
    public var password: String
    /// The realm of the challenge; nil is this registry's own `http://HOST/token`.
    public var realm: String?
    /// The service that the challenge names.
    public var service = "scripted"
    /// How long a token is really accepted.
    public var lifetime = Lifetime.unlimited
    /// The `expires_in` of the reply, true or not; nil leaves it out.
    public var expiresIn: Int? = 300
    /// The fields that hold the token.
    public var fields: [Field] = [.token]
    /// Whether a token for pulling is given without credentials.
    public var anonymousPull = false
    /// Whether `GET /token` works; otherwise it is a 404.
    public var acceptsGet = true
    /// Whether OAuth2's `POST /token` works; otherwise it is a 404.
    public var acceptsPost = true
    /// Accepted by POST as `refresh_token` (an identity token), and handed out for offline use.
    public var refreshToken: String?
    /// Whether Basic credentials also work on the registry itself.
    public var acceptsBasic = false
    /// Further `WWW-Authenticate` values, sent before the Bearer challenge.
    public var otherChallenges: [String] = []
    /// Sends all challenges in one header line, separated by commas.
    public var joinsChallenges = false

    /// A token endpoint for one user.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}
