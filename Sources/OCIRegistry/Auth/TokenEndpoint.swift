import FoundationEssentials
import HTTPTypes

/// Asks the token endpoint of a challenge for tokens, one exchange at a time and never twice the
/// same: retries are the client's.
///
/// Distribution token specification (GET) and OAuth2 token specification (POST).
struct TokenEndpoint: Sendable, Hashable {
    /// Where it is.
    let realm: Realm
    /// The service that the challenge names.
    let service: String?
    /// The registry that named it.
    let registry: RegistryHost
}

/// One way to ask for a token.
enum TokenGrant: Sendable {
    /// GET, with Basic credentials unless they are anonymous.
    case query(Credentials)
    /// POST, `grant_type=password`.
    case password(username: String, password: String)
    /// POST, `grant_type=refresh_token`.
    case refreshToken(String)
}

extension TokenEndpoint {
    /// The request for a token by one grant.
    func request(_ grant: TokenGrant, scopes: [Scope]) -> TransportRequest {
        let common = service.map { [("service", $0)] } ?? []
        let fields: [(String, String)]
        switch grant {
        case .query(let credentials):
            var pairs = common + scopes.map { ("scope", $0.description) }
            if let username = credentials.username { pairs.append(("account", username)) }
            return get(pairs, authorization: credentials.basicAuthorization)
        case .password(let username, let password):
            fields = [
                ("grant_type", "password"), ("username", username), ("password", password),
            ]
        case .refreshToken(let token):
            fields = [("grant_type", "refresh_token"), ("refresh_token", token)]
        }
        let scope = scopes.map(\.description).joined(separator: " ")
        let form = fields + common + [("client_id", "publisher")]
        return post(scope.isEmpty ? form : form + [("scope", scope)])
    }

    private func get(_ pairs: [(String, String)], authorization: String?) -> TransportRequest {
        let query = PercentEncoding.encode(pairs)
        let mark = realm.path.contains("?") ? "&" : "?"
        let path = query.isEmpty ? realm.path : realm.path + mark + query
        var head = HTTPRequest(
            method: .get, scheme: realm.scheme, authority: realm.authority, path: path,
            headerFields: [.accept: "application/json"])
        head.headerFields[.authorization] = authorization
        return TransportRequest(head, delivery: .collect(limit: TokenReply.limit))
    }

    private func post(_ pairs: [(String, String)]) -> TransportRequest {
        let head = HTTPRequest(
            method: .post, scheme: realm.scheme, authority: realm.authority, path: realm.path,
            headerFields: [
                .accept: "application/json", .contentType: "application/x-www-form-urlencoded",
            ])
        return TransportRequest(
            head, body: .bytes(Array(PercentEncoding.encode(pairs).utf8)),
            delivery: .collect(limit: TokenReply.limit))
    }
}
