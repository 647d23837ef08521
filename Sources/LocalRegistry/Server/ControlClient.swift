import Glibc
import HTTPTypes
import OCIRegistry
public import SystemPackage

/// Speaks to the server that holds a root folder.
public struct ControlClient: Sendable {
    private let transport: CurlTransport

    /// Nil when no server answers there.
    public init?(root: FilePath) async {
        let path = ControlSocket.path(root: root.lexicallyNormalized().string)
        guard access(path, F_OK) == 0 else { return nil }
        var configuration = CurlTransport.Configuration()
        configuration.unixSocket = path
        configuration.stallTimeout = 3600
        transport = CurlTransport(configuration: configuration)
        guard (try? await send(.get, "/")) != nil else { return nil }
    }

    /// Collects garbage; what is younger than `grace` seconds stays.
    ///
    /// Throws ``OCIError``: temporary, where the server fails or goes away.
    public func collect(grace: Int64) async throws -> CollectionReport {
        let response = try await send(.post, "/collect?grace=\(grace)")
        guard response.head.status == .ok else {
            throw OCIError(
                .temporary,
                "the server could not collect: \(String(decoding: response.body, as: UTF8.self))",
                advice: "look at its log")
        }
        return try JSON.decode(
            CollectionReport.self, from: response.body, what: "the server's report")
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String
    ) async throws -> TransportResponse {
        try await transport.send(
            TransportRequest(
                HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)))
    }
}
