import HTTPTypes

/// A request to a registry, before it is known where the registry is and who asks.
struct RegistryRequest: Sendable {
    /// Where it goes.
    enum Target: Sendable {
        /// A path below `/v2/`.
        case path(String)
        /// A URL that the registry gave.
        case location(Location)
    }

    var method: HTTPRequest.Method
    var target: Target
    var fields: HTTPFields
    var body: TransportRequest.Body
    var delivery: TransportRequest.Delivery
    var scopes: [Scope]

    init(
        _ method: HTTPRequest.Method, _ target: Target, fields: HTTPFields = [:],
        body: TransportRequest.Body = .none,
        delivery: TransportRequest.Delivery = .collect(limit: TransportRequest.errorLimit),
        scopes: [Scope]
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.delivery = delivery
        self.scopes = scopes
    }

    /// Whether it can be sent again: a stream's bytes are gone.
    var isReplayable: Bool {
        if case .stream = body { false } else { true }
    }

    var isRead: Bool { method == .get || method == .head }
}

extension HTTPField.Name {
    /// Names that registries use and RFC 9110 does not.
    static let dockerContentDigest = HTTPField.Name.known("Docker-Content-Digest")
    static let link = HTTPField.Name.known("Link")
    static let totalCount = HTTPField.Name.known("X-Total-Count")

    static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else {
            preconditionFailure("not a field name: \(name)")
        }
        return name
    }
}
