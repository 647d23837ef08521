import HTTPTypes

@testable import OCIRegistry

/// The way to a registry without any client's policy: what a test says is what is sent.
struct Wire: Sendable {
    /// The registry's address; its path is of no account.
    let base: Location
    private let transport = CurlTransport()

    init(base: Location) { self.base = base }

    /// Sends a request for a path, with a query of values that it encodes.
    func send(
        _ method: HTTPRequest.Method, _ path: String, query: [(String, String)] = [],
        fields: HTTPFields = [:], body: TransportRequest.Body = .none
    ) async throws -> Reply {
        let query = query.isEmpty ? "" : "?" + PercentEncoding.encode(query)
        let target = Location(
            scheme: base.scheme, authority: base.authority, path: path + query)
        return try await send(method, to: target, fields: fields, body: body)
    }

    /// Sends a request for a place that the registry named.
    func send(
        _ method: HTTPRequest.Method, to target: Location, fields: HTTPFields = [:],
        body: TransportRequest.Body = .none
    ) async throws -> Reply {
        let head = HTTPRequest(
            method: method, scheme: target.scheme, authority: target.authority, path: target.path,
            headerFields: fields)
        let response = try await transport.send(
            TransportRequest(head, body: body, delivery: .collect(limit: 16 << 20)))
        return Reply(
            request: "\(method.rawValue) \(target.path.prefix(300))", target: target,
            status: response.status, fields: response.head.headerFields, body: response.body)
    }
}
