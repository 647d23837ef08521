public import HTTPTypes
public import HummingbirdCore
import OCIRegistry

/// Access as the Distribution registry controls it: by password, by token, or not at all.
///
/// Every user may do everything; nobody in particular may pull where that is allowed. RFC 7617 and
/// RFC 6750; Distribution token specification.
public struct AccessControl: AccessGuard {
    /// How a client proves who it is.
    public enum Mode: Sendable {
        /// Not at all: everybody may do everything.
        case none
        /// By name and password at each request.
        case basic(UserFile)
        /// By a token, which the token endpoint gives for name and password.
        case token(UserFile, TokenIssuer)
    }

    /// How a client proves who it is.
    public let mode: Mode
    /// Whether nobody in particular may pull. In mode `basic` a ping needs a user all the same,
    /// because clients ask for no password later if the ping does not make them; Docker therefore
    /// pulls without a user in mode `token` only.
    public let anonymousPull: Bool

    /// Controls access in one way.
    public init(_ mode: Mode, anonymousPull: Bool = false) {
        self.mode = mode
        self.anonymousPull = anonymousPull
    }

    public func authorize(
        _ head: HTTPRequest, _ needs: [Access], origin: Origin
    ) async throws -> Identity {
        switch mode {
        case .none: return .anonymous
        case .basic(let users):
            return try await identify(head, needs, users) ?? { throw Challenges.basic() }()
        case .token(let users, let issuer):
            let credentials = Credentials.presented(in: head.headerFields)
            if case .bearer(let text) = credentials {
                return try await identify(text, needs, issuer, origin)
            }
            guard Self.isPage(head, needs) else {
                throw Challenges.bearer(origin, needs, credentials == nil ? .invalidToken : nil)
            }
            return try await identify(head, needs, users) ?? { throw Challenges.basic() }()
        }
    }

    public func respond(
        toTokenRequest request: Request, origin: Origin
    ) async throws -> Response? {
        guard case .token(let users, let issuer) = mode else { return nil }
        let service = TokenService(
            users: users, issuer: issuer, anonymousPull: anonymousPull, service: origin.authority)
        return try await service.respond(to: request)
    }

    public func expireTokens() async throws {
        if case .token(_, let issuer) = mode { try await issuer.expireAll() }
    }

    /// Who presents these Basic credentials; nil for wrong ones, and for nobody where a user is
    /// needed.
    private func identify(
        _ head: HTTPRequest, _ needs: [Access], _ users: UserFile
    ) async throws -> Identity? {
        switch Credentials.presented(in: head.headerFields) {
        case .basic(let user, let password):
            let isRight = try await users.verify(user: user, password: password)
            return isRight ? Identity(name: user) : nil
        case .anonymous:
            let isPull = !needs.isEmpty && needs.allSatisfy(\.isPull)
            return anonymousPull && isPull ? .anonymous : nil
        default: return nil
        }
    }

    private func identify(
        _ token: String, _ needs: [Access], _ issuer: TokenIssuer, _ origin: Origin
    ) async throws(RegistryError) -> Identity {
        guard let token = await issuer.verify(token, service: origin.authority) else {
            throw Challenges.bearer(origin, needs, .invalidToken)
        }
        let scopes = needs.compactMap(\.scope)
        guard !scopes.allSatisfy({ scope in token.scopes.contains { $0.covers(scope) } }) else {
            return token.identity
        }
        // Another token would not help nobody in particular to do more than pull.
        guard token.identity != .anonymous || (anonymousPull && needs.allSatisfy(\.isPull)) else {
            throw RegistryError(
                .forbidden, .denied, "only users may do this: log in with a name and password")
        }
        throw Challenges.bearer(origin, needs, .insufficientScope)
    }

    /// Whether a person asks with a browser, which knows Basic alone.
    private static func isPage(_ head: HTTPRequest, _ needs: [Access]) -> Bool {
        let path = head.path ?? "/"
        let isAPI = path == "/v2" || path.hasPrefix("/v2/") || path.hasPrefix("/v2?")
        let accepts = head.headerFields[values: .accept].contains { value in
            value.split(separator: ",").contains {
                $0.prefix { $0 != ";" }.filter { $0 != " " }.lowercased() == "text/html"
            }
        }
        return accepts && (needs.contains(.catalog) || !isAPI)
    }
}

extension Access {
    fileprivate var isPull: Bool { if case .pull = self { true } else { false } }
}
