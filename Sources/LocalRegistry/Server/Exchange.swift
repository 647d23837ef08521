import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry

/// One request with what has been read of it so far.
struct Exchange: Sendable {
    let request: Request
    let route: Route
    let query: Query

    init(_ request: Request, collapsingSlashes: Bool = false) {
        self.request = request
        let target = request.head.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        route = Route(path: String(parts[0]), collapsingSlashes: collapsingSlashes)
        query = Query(parts.count == 2 ? parts[1] : nil)
    }

    var method: HTTPRequest.Method { request.method }
    var headers: HTTPFields { request.headers }

    /// GET, or HEAD, which is answered alike.
    var isRead: Bool { method == .get || method == .head }

    /// What the request says it will send, in bytes; nil when it does not.
    var contentLength: Int64? { headers[.contentLength].flatMap { Int64($0) } }

    /// Reads the whole body. Throws ``RegistryError`` (413) when it is larger than `limit` bytes.
    func body(limit: Int) async throws -> [UInt8] {
        let tooLarge = RegistryError(
            .contentTooLarge, .manifestInvalid, "the document is larger than \(limit) bytes")
        if let length = contentLength, length > Int64(limit) { throw tooLarge }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limit else { throw tooLarge }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}

/// What one kind of registry answers.
protocol RegistryAPI: Sendable {
    /// Whether several slashes in a path are one.
    var collapsesSlashes: Bool { get }
    /// What a request needs to be allowed to do. Throws ``RegistryError`` for a name or method that can
    /// be nothing here.
    func needs(_ exchange: Exchange) throws -> [Access]
    /// Does what the request asks. Throws ``RegistryError`` and ``StoreError``.
    func respond(_ exchange: Exchange) async throws -> Response
    /// What a refusal looks like on the wire.
    func render(_ error: RegistryError) -> Response
    /// Answers a path that is neither the registry's nor a page's; nil for any other. It asks itself
    /// who may.
    func respondFirst(to exchange: Exchange) async throws -> Response?
}

extension RegistryAPI {
    var collapsesSlashes: Bool { false }
    func respondFirst(to exchange: Exchange) async throws -> Response? { nil }
}
