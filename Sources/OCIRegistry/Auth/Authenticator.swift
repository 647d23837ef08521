import FoundationEssentials
public import HTTPTypes
public import Logging

/// Knows how one registry wants to be authenticated to, and keeps the tokens that it takes.
///
/// It learns from the registry's challenges, never retries, and gives credentials to nobody but
/// the registry, token services on its own host, and those that the user trusts.
public actor Authenticator {
    /// Finds credentials for a repository, or for the registry as a whole.
    public typealias Lookup =
        @Sendable (RegistryHost, RepositoryName?) async throws -> SourcedCredentials

    /// What the registry asks for, as far as it is known.
    private enum Method {
        case unknown
        case basic
        case bearer(TokenEndpoint)
    }

    private struct TokenKey: Hashable {
        let endpoint: TokenEndpoint
        let credentials: Credentials
        let scopes: Set<Scope>
    }

    private struct RefreshKey: Hashable {
        let endpoint: TokenEndpoint
        let credentials: Credentials
    }

    /// How long before its expiry a token is renewed, in seconds; never more than a quarter of
    /// its lifetime.
    private static let renewalMargin = 5.0

    private let registry: RegistryHost
    private let scheme: String
    private let transport: any HTTPTransport
    private let trustedRealmHosts: Set<String>
    private let lookup: Lookup
    private let clock: @Sendable () -> Double
    private let logger: Logger

    private var method = Method.unknown
    private var tokens: [TokenKey: (token: String, renewal: Double)] = [:]
    private var refreshTokens: [RefreshKey: String] = [:]
    private var found: [RepositoryName?: SourcedCredentials] = [:]
    private let tokenFlights = SingleFlight<TokenKey, String>()
    private let lookupFlights = SingleFlight<RepositoryName?, SourcedCredentials>()

    /// Makes the authenticator of one registry.
    ///
    /// - Parameters:
    ///   - isPlainHTTP: whether the registry is reached without TLS.
    ///   - trustedRealmHosts: other hosts, each a name or `name:port`, whose token services may
    ///     see the credentials.
    ///   - clock: the time in seconds since 1970; nil for the system's.
    ///   - credentials: finds credentials; asked once for each repository, and only after the
    ///     registry has asked for some.
    public init(
        registry: RegistryHost, isPlainHTTP: Bool = false, transport: any HTTPTransport,
        trustedRealmHosts: Set<String> = [], logger: Logger,
        clock: (@Sendable () -> Double)? = nil,
        credentials: @escaping Lookup
    ) {
        self.registry = registry
        self.scheme = isPlainHTTP ? "http" : "https"
        self.transport = transport
        self.trustedRealmHosts = trustedRealmHosts
        self.logger = logger
        self.clock = clock ?? { Date().timeIntervalSince1970 }
        self.lookup = credentials
    }

    /// The value of `Authorization` for a request that needs these scopes; the first scope's
    /// repository decides which credentials are used. Nil before any challenge is known, and when
    /// there is nothing to send.
    ///
    /// Throws ``OCIError``: configuration from the lookup; denied, temporary or protocol from the
    /// token endpoint; and what the transport throws.
    public func authorization(for scopes: [Scope]) async throws -> String? {
        if case .unknown = method { return nil }
        let credentials = try await credentials(for: scopes)
        if case .bearer(let token) = credentials.credentials { return "Bearer \(token)" }
        switch method {
        case .unknown: return nil
        case .basic: return credentials.credentials.basicAuthorization
        case .bearer(let endpoint):
            return "Bearer \(try await token(endpoint, credentials, Scope.merged(scopes)))"
        }
    }

    /// The value of `Authorization` that carries the account itself, for an API of the registry's own
    /// host that takes no token made of it; nil where there is none, or no name and password.
    ///
    /// Throws ``OCIError`` (configuration) from the lookup.
    public func accountAuthorization(for repository: RepositoryName) async throws -> String? {
        let credentials = try await credentials(for: [.repository(repository, .pull)]).credentials
        if case .bearer(let token) = credentials { return "Bearer \(token)" }
        return credentials.basicAuthorization
    }

    /// Takes in a response of the registry: from a 401, how it wants to be authenticated to.
    /// Bearer is preferred to Basic, and a 401 without a usable challenge keeps what is known.
    ///
    /// Throws ``OCIError`` (protocol) for a realm that must not be used, or when the registry asks
    /// for nothing but schemes that are not supported.
    public func learn(from response: HTTPResponse) throws(OCIError) {
        guard response.status == .unauthorized else { return }
        let challenges = Challenge.parse(response.headerFields)
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }),
            let text = bearer.parameters["realm"]
        {
            let realm = try Realm(
                text, registry: registry, registryScheme: scheme, trustedHosts: trustedRealmHosts)
            let endpoint = TokenEndpoint(
                realm: realm, service: bearer.parameters["service"], registry: registry)
            if case .bearer(endpoint) = method { return }
            warn(about: realm)
            method = .bearer(endpoint)
        } else if case .unknown = method, !challenges.isEmpty {
            guard challenges.contains(where: { $0.scheme == "basic" }) else {
                throw unsupported(challenges)
            }
            // Only while nothing is known: Gitea answers a token without the rights by a Basic
            // challenge, which must not end the use of tokens.
            method = .basic
        }
    }

    /// Forgets the token in this `Authorization` value, so that the next request gets a new one.
    /// A value that is no longer in use changes nothing: many callers may report the same 401.
    public func invalidate(_ authorization: String) {
        tokens = tokens.filter { "Bearer \($0.value.token)" != authorization }
    }

    /// What to send after a 401 in place of what was sent: learns, drops the refused token and
    /// gets another. Nil when there is nothing better, and the request is to fail.
    ///
    /// Throws as ``learn(from:)`` and ``authorization(for:)`` do.
    public func reauthorization(
        after response: HTTPResponse, sent: String?, for scopes: [Scope]
    ) async throws -> String? {
        try learn(from: response)
        if let sent { invalidate(sent) }
        let next = try await authorization(for: scopes)
        return next == sent ? nil : next
    }

    /// What to do when the registry itself refuses a request for these scopes: names the place that
    /// the credentials came from, never their values.
    public func denialAdvice(for scopes: [Scope]) async -> String {
        let credentials = (try? await credentials(for: scopes)) ?? .none
        var endpoint: TokenEndpoint?
        if case .bearer(let known) = method { endpoint = known }
        return DenialAdvice(registry: registry, endpoint: endpoint, credentials: credentials).text
    }

    /// Every text that an error about a request for these scopes must hide.
    public func secrets(for scopes: [Scope]) -> [String] {
        let known = found[scopes.first?.repository]?.credentials.secrets ?? []
        return known + tokens.values.map(\.token) + refreshTokens.values
    }

    private func credentials(for scopes: [Scope]) async throws -> SourcedCredentials {
        let repository = scopes.lazy.compactMap(\.repository).first
        if let known = found[repository] { return known }
        return try await lookupFlights.value(for: repository) {
            try await self.findCredentials(repository)
        }
    }

    private func findCredentials(_ repository: RepositoryName?) async throws -> SourcedCredentials {
        if let known = found[repository] { return known }
        let credentials = try await lookup(registry, repository)
        if credentials.credentials.username?.contains(":") == true {
            throw OCIError(
                .configuration, "the user name holds a colon, which HTTP cannot carry",
                subject: registry.description, advice: "credentials came from \(credentials.source)"
            )
        }
        found[repository] = credentials
        logger.debug(
            "credentials", metadata: ["host": "\(registry)", "source": "\(credentials.source)"])
        return credentials
    }

    private func token(
        _ endpoint: TokenEndpoint, _ credentials: SourcedCredentials, _ scopes: [Scope]
    ) async throws -> String {
        let key = TokenKey(
            endpoint: endpoint, credentials: credentials.credentials, scopes: Set(scopes))
        if let token = cachedToken(for: key) { return token }
        return try await tokenFlights.value(for: key) {
            try await self.fetchToken(key, credentials, scopes)
        }
    }

    private func fetchToken(
        _ key: TokenKey, _ credentials: SourcedCredentials, _ scopes: [Scope]
    ) async throws -> String {
        // The flight before this one may have landed since the caller looked.
        if let token = cachedToken(for: key) { return token }
        let refreshKey = RefreshKey(endpoint: key.endpoint, credentials: key.credentials)
        let exchange = TokenExchange(
            endpoint: key.endpoint, transport: transport, clock: clock, credentials: credentials,
            refreshToken: refreshTokens[refreshKey])
        let (reply, refreshToken) = try await exchange.token(for: scopes)
        let margin = min(Self.renewalMargin, (reply.expiry - clock()) / 4)
        tokens[key] = (reply.token, reply.expiry - margin)
        refreshTokens[refreshKey] = refreshToken
        return reply.token
    }

    /// A token for these very scopes, or one that covers them all.
    private func cachedToken(for key: TokenKey) -> String? {
        let now = clock()
        tokens = tokens.filter { $0.value.renewal > now }
        if let exact = tokens[key] { return exact.token }
        guard !key.scopes.isEmpty else { return nil }
        return tokens.first { known, _ in
            known.endpoint == key.endpoint && known.credentials == key.credentials
                && key.scopes.allSatisfy { scope in known.scopes.contains { $0.covers(scope) } }
        }?.value.token
    }

    private func warn(about realm: Realm) {
        if realm.wasUpgraded {
            logger.warning(
                "the registry names an http realm; https is used instead",
                metadata: ["host": "\(registry)", "realm": "\(realm.authority)"])
        }
        if !realm.isTrusted {
            logger.notice(
                "the token service is on another host; no credentials are sent there",
                metadata: ["host": "\(registry)", "realm": "\(realm.hostName)"])
        }
    }

    private func unsupported(_ challenges: [Challenge]) -> OCIError {
        let names = challenges.map {
            $0.scheme == "bearer" ? "bearer without realm" : $0.scheme
        }
        let schemes = Set(names).sorted().joined(separator: ", ")
        return OCIError(
            .protocolViolation,
            "the registry asks for an authentication that is not supported: "
                + PlainText.line(schemes, limit: 100),
            subject: registry.description, advice: "Basic, and Bearer with a realm, are supported")
    }
}

extension Authenticator: CustomReflectable {
    /// Empty: what an authenticator holds are secrets.
    public nonisolated var customMirror: Mirror { Mirror(self, children: []) }
}
