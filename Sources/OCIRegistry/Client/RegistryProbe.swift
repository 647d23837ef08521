import FoundationEssentials
import HTTPTypes

/// What a server says to the first question that any client asks: is this a registry? Nothing is sent
/// but that one request, without credentials. OCI distribution-spec, "Determining Support".
public struct RegistryProbe: Sendable {
    /// What sort of answer it is.
    public enum Kind: Sendable, Hashable {
        /// A registry's.
        case registry
        /// A page for people.
        case page
        /// A pointer to another place.
        case redirect(String)
        /// A TLS server's that was spoken to in the clear.
        case wantsTLS
        /// Something else.
        case other
    }

    /// Where a registry sends its clients for tokens.
    public struct TokenService: Sendable, Hashable {
        /// Its host, with a port where one is named.
        public var host: String
        /// Whether it is named with `http` although the registry was reached over TLS.
        public var isPlainBehindTLS: Bool
        /// Whether credentials are sent there.
        public var isTrusted: Bool
    }

    /// `https` or `http`: how it was asked.
    public var scheme: String
    /// The status code.
    public var status: Int
    /// What sort of answer it is.
    public var kind: Kind
    /// What it said, in one line; nil for nothing.
    public var said: String?
    /// Whether it asks for credentials.
    public var asksForCredentials: Bool
    /// Whether it asks as Gitea or Forgejo do. One that asks for nothing cannot be told.
    public var isGitea: Bool
    /// Where it sends clients for tokens; nil where it does not.
    public var tokenService: TokenService?
    /// Why the token service that it names is not used; nil where it is, or none is named.
    public var tokenServiceRefusal: OCIError?
    /// Seconds by which its clock is ahead of this machine's, as exact as whole seconds can be; nil
    /// where it does not tell the time. RFC 9110, 6.6.1.
    public var clockLead: Double?

    /// Asks. `trustedRealmHosts` are token services on other hosts that may have the credentials.
    ///
    /// Throws what the transport does.
    public init(
        _ host: RegistryHost, scheme: String, transport: any HTTPTransport,
        trustedRealmHosts: Set<String> = []
    ) async throws {
        let before = Date().timeIntervalSince1970
        let response = try await transport.send(
            TransportRequest(
                HTTPRequest(
                    method: .get, scheme: scheme, authority: host.endpoint, path: "/v2/")))
        let after = Date().timeIntervalSince1970
        self.init(response, scheme: scheme, host: host, trustedRealmHosts, between: before, after)
    }

    init(
        _ response: TransportResponse, scheme: String, host: RegistryHost,
        _ trustedRealmHosts: Set<String>, between before: Double, _ after: Double
    ) {
        let fields = response.head.headerFields
        let challenges = Challenge.parse(fields)
        self.scheme = scheme
        status = response.status
        said = ErrorDocument(response.body).summary
        asksForCredentials = status == 401 && !challenges.isEmpty
        isGitea = challenges.contains(where: \.isGiteas)
        kind = Self.kind(response, challenges)
        clockLead = fields[.date].flatMap(RetryAfter.httpDate).map {
            Self.lead(of: $0, between: before, after)
        }
        let realm = challenges.first { $0.scheme == "bearer" }?.parameters["realm"]
        guard let realm else { return }
        do throws(OCIError) {
            let found = try Realm(
                realm, registry: host, registryScheme: scheme, trustedHosts: trustedRealmHosts)
            tokenService = TokenService(
                host: found.authority, isPlainBehindTLS: found.wasUpgraded,
                isTrusted: found.isTrusted)
        } catch {
            tokenServiceRefusal = error
        }
    }

    private static func kind(_ response: TransportResponse, _ challenges: [Challenge]) -> Kind {
        let fields = response.head.headerFields
        let isPage =
            fields[.contentType]?.lowercased().hasPrefix("text/html") == true
            || response.body.first { $0 > 0x20 } == UInt8(ascii: "<")
        let isNamed = fields[.apiVersion]?.hasPrefix("registry/") == true
        switch response.status {
        case 300..<400: return .redirect(PlainText.line(fields[.location] ?? "", limit: 200))
        case 400 where String(decoding: response.body, as: UTF8.self).contains("HTTPS"):
            return .wantsTLS
        case 401 where !challenges.isEmpty: return .registry
        case 200..<300, 401, 403: return isNamed || !isPage ? .registry : .page
        default: return isPage ? .page : .other
        }
    }

    /// By how much a clock is ahead that showed a whole second somewhere between two times; none where it
    /// may have been right.
    private static func lead(of second: Double, between before: Double, _ after: Double) -> Double {
        if second > after { return second - after }
        return second + 1 < before ? second + 1 - before : 0
    }
}

extension HTTPField.Name {
    /// By which registries show themselves. OCI distribution-spec, "Legacy Docker support HTTP headers".
    static let apiVersion = HTTPField.Name.known("Docker-Distribution-Api-Version")
}
