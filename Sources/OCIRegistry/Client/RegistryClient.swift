import HTTPTypes
public import Logging
import Synchronization

/// A connection to one registry: finds out how it speaks, authenticates, follows redirects.
///
/// It knows no retry; the verbs of ``Repository`` do.
public final class RegistryClient: Sendable {
    /// The registry.
    public let host: RegistryHost
    /// How passing faults are met.
    public let retry: RetryPolicy
    let logger: Logger
    private let transport: any HTTPTransport
    private let trustedRealmHosts: Set<String>
    private let credentials: Authenticator.Lookup
    /// In the order in which they are tried; never empty.
    private let schemes: [String]
    private let known = Mutex<Connection?>(nil)
    private let discoveries = SingleFlight<RegistryHost, Connection>()

    /// Where the registry was found, and how to authenticate there.
    private struct Connection: Sendable {
        var base: Location
        var authenticator: Authenticator
        var isGitea: Bool
        /// Whether its API says so, once it was asked.
        var isGiteaByRelease: Bool?
    }

    /// Opens a registry. Plain HTTP is spoken only with this machine, where TLS is tried when it
    /// does not work, or where `plainHTTP` says so. `credentials` is asked once the registry wants
    /// some; they go to token servers on other hosts only where `trustedRealmHosts` names these.
    public init(
        host: RegistryHost, transport: any HTTPTransport, plainHTTP: Bool = false,
        trustedRealmHosts: Set<String> = [], retry: RetryPolicy = RetryPolicy(),
        logger: Logger = Logger(label: "registry"),
        credentials: @escaping Authenticator.Lookup
    ) {
        self.host = host
        self.transport = transport
        self.trustedRealmHosts = trustedRealmHosts
        self.credentials = credentials
        self.retry = retry
        self.logger = logger
        self.schemes = plainHTTP ? ["http"] : host.isLoopback ? ["http", "https"] : ["https"]
    }

    /// Asks the registry whether it takes the credentials, as a login does.
    ///
    /// Throws ``OCIError`` (denied) when it does not.
    public func checkLogin() async throws {
        do {
            try await retry.run { _ in
                let response = try await perform(RegistryRequest(.get, .path(""), scopes: []))
                guard response.status == 200 else {
                    throw ResponseFailure(
                        HTTPRequest(
                            method: .get, scheme: nil, authority: host.description, path: "/v2/"),
                        response
                    ).error
                }
            }
        } catch let error as OCIError {
            throw await explaining(error, [])
        }
    }

    /// An error with all that only the client knows: for a refusal, whose credentials were used
    /// and what they may lack; in every one, secrets that the registry echoed masked.
    func explaining(_ error: OCIError, _ scopes: [Scope]) async -> OCIError {
        guard let authenticator = known.withLock({ $0 })?.authenticator else { return error }
        var error = error
        if let said = error.exchange?.registryMessage {
            let secrets = await authenticator.secrets(for: scopes)
            error.exchange?.registryMessage = Redaction.redacted(said, secrets: secrets)
        }
        if error.exchange?.status == 401 {
            error.advice = await authenticator.denialAdvice(for: scopes)
        }
        return error
    }

    /// How the registry is reached, as far as it is known.
    var scheme: String? { known.withLock { $0 }?.base.scheme }

    /// The registry's base URL, found out once. OCI distribution-spec, "Determining Support".
    func endpoint() async throws -> Location { try await connection().base }

    /// Whether the registry shows itself as Gitea's or Forgejo's, whose tags own their manifests, by how
    /// it asks for a token. One that asks for none cannot be told.
    ///
    /// Throws ``OCIError`` where it was not reached yet and cannot be.
    public func isGitea() async throws -> Bool {
        try await retry.run { _ in try await connection().isGitea }
    }

    /// Whether the registry is Gitea's or Forgejo's: by how it asks for a token, and where it shows nothing by
    /// what its API says that it is.
    ///
    /// Throws ``OCIError`` where it was not reached yet and cannot be, or does not answer.
    public func isGiteaByRelease() async throws -> Bool {
        try await retry.run { _ in
            let connection = try await connection()
            if connection.isGitea { return true }
            if let answer = connection.isGiteaByRelease { return answer }
            let answer =
                try await GiteaRelease.ask(
                    host, scheme: connection.base.scheme, transport: transport) != nil
            known.withLock { $0?.isGiteaByRelease = answer }
            return answer
        }
    }

    private func connection() async throws -> Connection {
        if let known = known.withLock({ $0 }) { return known }
        let connection = try await discoveries.value(for: host) { [self] in try await discover() }
        known.withLock { $0 = connection }
        return connection
    }

    private func discover() async throws -> Connection {
        var first: OCIError?
        for scheme in schemes.dropLast() {
            do {
                return try await discover(scheme)
            } catch let error as OCIError {
                first = first ?? error
            }
        }
        do {
            return try await discover(schemes[schemes.count - 1])
        } catch let error as OCIError where error.kind == .unreachable {
            // Nobody speaks TLS there: what went wrong without it is the story to tell.
            throw first ?? error
        }
    }

    private func discover(_ scheme: String) async throws -> Connection {
        let location = Location(scheme: scheme, authority: host.endpoint, path: "/v2/")
        let request = HTTPRequest(
            method: .get, scheme: scheme, authority: host.endpoint, path: "/v2/")
        let response = try await transport.send(TransportRequest(request))
        log(request, response)
        // A TLS server that is spoken to in the clear answers 400, or leads to https.
        guard (200..<300).contains(response.status) || [401, 403, 404].contains(response.status)
        else { throw ResponseFailure(request, response).error }
        let authenticator = Authenticator(
            registry: host, isPlainHTTP: scheme == "http", transport: transport,
            trustedRealmHosts: trustedRealmHosts, logger: logger, credentials: credentials)
        try await authenticator.learn(from: response.head)
        return Connection(
            base: location, authenticator: authenticator,
            isGitea: Challenge.parse(response.head.headerFields).contains(where: \.isGiteas))
    }

    /// Sends one request with the right credentials; re-authenticates once after a 401, follows
    /// redirects of reads. Returns the response whatever its status.
    func perform(_ request: RegistryRequest) async throws -> TransportResponse {
        let connection = try await connection()
        var location: Location =
            switch request.target {
            case .path(let path):
                Location(
                    scheme: connection.base.scheme, authority: connection.base.authority,
                    path: "/v2/" + path)
            case .location(let location): location
            }
        for _ in 0...5 {
            let (head, response) = try await authenticated(request, at: location, connection)
            guard let target = response.head.headerFields[.location], request.isReplayable,
                Self.redirects.contains(response.status)
            else { return response }
            let next = try location.resolving(target)
            // Content goes where its sender meant it to go, and nowhere else.
            guard request.isRead || next.hasSameOrigin(as: location) else {
                throw ResponseFailure(head, response).error
            }
            location = next
        }
        throw OCIError(
            .protocolViolation, "the registry redirects in circles",
            exchange: .init(request: "\(request.method) \(location)"))
    }

    /// Sends one request of a registry's API beside the distribution's, at a path of its host, which takes
    /// the account itself and no token made of it. Returns the response whatever its status.
    func rest(
        _ method: HTTPRequest.Method, _ path: String, _ repository: RepositoryName
    ) async throws -> TransportResponse {
        let connection = try await connection()
        var head = HTTPRequest(
            method: method, scheme: connection.base.scheme, authority: connection.base.authority,
            path: path, headerFields: [.accept: "application/json"])
        head.headerFields[.authorization] =
            try await connection.authenticator.accountAuthorization(for: repository)
        let response = try await transport.send(
            TransportRequest(head, delivery: .collect(limit: 16 << 20)))
        log(head, response)
        return response
    }

    private static let redirects: Set<Int> = [301, 302, 303, 307, 308]

    private func authenticated(
        _ request: RegistryRequest, at location: Location, _ connection: Connection
    ) async throws -> (HTTPRequest, TransportResponse) {
        let authenticator = connection.authenticator
        let isRegistry = location.hasSameOrigin(as: connection.base)
        let authorization =
            isRegistry ? try await authenticator.authorization(for: request.scopes) : nil
        var head = HTTPRequest(
            method: request.method, scheme: location.scheme, authority: location.authority,
            path: location.path, headerFields: request.fields)
        head.headerFields[.authorization] = authorization
        let response = try await exchange(head, request)
        guard response.status == 401, isRegistry,
            let renewed = try await authenticator.reauthorization(
                after: response.head, sent: authorization, for: request.scopes)
        else { return (head, response) }
        guard request.isReplayable else {
            var error = ResponseFailure(head, response).error
            error.kind = .temporary
            error.message = "the registry wanted fresh credentials in mid-upload"
            throw error
        }
        head.headerFields[.authorization] = renewed
        return (head, try await exchange(head, request))
    }

    private func exchange(
        _ head: HTTPRequest, _ request: RegistryRequest
    ) async throws -> TransportResponse {
        let response = try await transport.send(
            TransportRequest(head, body: request.body, delivery: request.delivery))
        log(head, response)
        return response
    }

    private func log(_ head: HTTPRequest, _ response: TransportResponse) {
        logger.debug("\(Redaction.redacted(head)) -> \(response.status)")
    }
}
