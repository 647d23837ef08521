import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry

/// The token endpoint, `/token`. Distribution token specification (GET) and OAuth2 token
/// specification (POST).
struct TokenService: Sendable {
    /// Bytes that a form may have.
    static let formLimit = 64 << 10
    /// Scopes that one token may be asked for.
    static let scopeLimit = 64

    let users: UserFile
    let issuer: TokenIssuer
    let anonymousPull: Bool
    /// The name of the registry, for which the tokens are.
    let service: String

    /// The answer to a request for a token; nil for a request of another path.
    func respond(to request: Request) async throws -> Response? {
        let path = request.head.path ?? ""
        guard path == "/token" || path.hasPrefix("/token?") else { return nil }
        switch request.method {
        case .get: return try await answer(query: path, request.headers)
        case .post: return try await answer(form: request)
        default:
            throw RegistryError(
                .methodNotAllowed, .unsupported, "tokens are given for GET and POST",
                headers: [.allow: "GET, POST"])
        }
    }

    private func answer(query path: String, _ fields: HTTPFields) async throws -> Response {
        guard let query = FormFields(queryOf: path), let scopes = Self.scopes(query) else {
            throw RegistryError(.badRequest, .unsupported, "the query is malformed")
        }
        let wantsRefresh = query["offline_token"] == "true"
        switch Credentials.presented(in: fields) {
        case .anonymous where anonymousPull:
            return try await reply(to: .anonymous, scopes, refreshToken: nil)
        case .basic(let user, let password):
            guard try await users.verify(user: user, password: password) else {
                throw Challenges.basic()
            }
            let refreshToken = wantsRefresh ? try await refreshToken(for: user) : nil
            return try await reply(to: Identity(name: user), scopes, refreshToken: refreshToken)
        default: throw Challenges.basic()
        }
    }

    private func answer(form request: Request) async throws -> Response {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased() ?? ""
        guard type.filter({ $0 != " " }) == "application/x-www-form-urlencoded" else {
            return Self.failure(.unsupportedMediaType, "invalid_request", "a form is expected")
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.formLimit)
        } catch is NIOTooManyBytesError {
            return Self.failure(.contentTooLarge, "invalid_request", "the form is too large")
        }
        guard let form = FormFields(body.readableBytesView), let scopes = Self.scopes(form) else {
            return Self.failure(.badRequest, "invalid_request", "the form is malformed")
        }
        switch form["grant_type"] {
        case "password":
            guard let user = form["username"], let password = form["password"] else {
                return Self.failure(
                    .badRequest, "invalid_request", "username and password are missing")
            }
            guard try await users.verify(user: user, password: password) else {
                return Self.failure(.unauthorized, "invalid_grant", "wrong name or password")
            }
            let wantsRefresh = form["access_type"] == "offline"
            let refreshToken = wantsRefresh ? try await refreshToken(for: user) : nil
            return try await reply(to: Identity(name: user), scopes, refreshToken: refreshToken)
        case "refresh_token":
            guard let text = form["refresh_token"] else {
                return Self.failure(.badRequest, "invalid_request", "refresh_token is missing")
            }
            guard let holder = await issuer.verifyRefreshToken(text, service: service),
                try await users.fingerprint(of: holder.user) == holder.password
            else {
                return Self.failure(
                    .unauthorized, "invalid_grant", "the refresh token is not valid: log in again")
            }
            return try await reply(to: Identity(name: holder.user), scopes, refreshToken: text)
        default:
            return Self.failure(
                .badRequest, "unsupported_grant_type", "use password or refresh_token")
        }
    }

    private func refreshToken(for user: String) async throws -> String? {
        guard let fingerprint = try await users.fingerprint(of: user) else { return nil }
        return try await issuer.issueRefreshToken(
            user: user, password: fingerprint, service: service
        ).text
    }

    private func reply(
        to identity: Identity, _ asked: [Scope], refreshToken: String?
    ) async throws -> Response {
        let granted = Scope.merged(asked).compactMap { grant($0, to: identity) }
        let token = try await issuer.issue(
            Token(identity: identity, scopes: granted), service: service)
        return Self.json(
            .ok,
            Reply(
                token: token.text, access_token: token.text, expires_in: token.lifetime,
                issued_at: Date(timeIntervalSince1970: Double(token.issued)).formatted(.iso8601),
                refresh_token: refreshToken,
                scope: granted.isEmpty
                    ? nil : granted.map(\.description).joined(separator: " ")))
    }

    /// What somebody gets of what was asked for; nil when that is nothing.
    private func grant(_ scope: Scope, to identity: Identity) -> Scope? {
        if scope.resourceType == "registry", scope.name == "catalog" {
            return identity.name != nil && scope.actions.contains(.all) ? scope : nil
        }
        guard scope.repository != nil else { return nil }
        let rights: Set<Scope.Action> =
            identity.name == nil ? [.pull] : [.pull, .push, .delete, .all]
        var granted = scope
        granted.actions.formIntersection(rights)
        // Who asks for everything gets what there is.
        if scope.actions.contains(.all), !rights.contains(.all) { granted.actions = rights }
        return granted.actions.isEmpty ? nil : granted
    }

    /// The scopes that are asked for, several to a field or one; what is no scope is left out.
    /// Nil when they are too many.
    private static func scopes(_ fields: FormFields) -> [Scope]? {
        let texts = fields.all("scope").flatMap { $0.split(separator: " ") }
        return texts.count <= scopeLimit ? texts.compactMap { Scope(parsing: $0) } : nil
    }

    /// Distribution token specification, "Token response fields".
    private struct Reply: Encodable {
        let token: String
        let access_token: String
        let expires_in: Int
        let issued_at: String
        let refresh_token: String?
        let scope: String?
    }

    /// RFC 6749, section 5.2.
    private static func failure(
        _ status: HTTPResponse.Status, _ code: String, _ message: String
    ) -> Response {
        var response = json(status, ["error": code, "error_description": message])
        if status == .unauthorized {
            response.headers[.wwwAuthenticate] = Challenges.basicField
        }
        return response
    }

    /// What no cache may keep. RFC 6749, section 5.1.
    private static func json(_ status: HTTPResponse.Status, _ value: some Encodable) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSON.encode(value))))
    }
}
