import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
import LocalRegistry
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import OCIRegistry
import ServiceLifecycle

/// Runs a server that has a guard and, behind it, one repository `a/b` with the tag `t`.
func withServer<T: Sendable>(
    _ guardian: any AccessGuard, tls: TLSConfiguration? = nil,
    _ body: @Sendable @escaping (_ port: Int) async throws -> T
) async throws -> T {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let builder = try tls.map { try HTTPServerBuilder.tls(.http1(), tlsConfiguration: $0) }
    let server = try (builder ?? .http1()).buildServer(
        configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: 0)),
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: Logger(label: "guard", factory: { _ in SwiftLogNoOpLogHandler() }),
        responder: { request, writer, _ in
            let response = await answer(request, guardian, isTLS: tls != nil)
            try await writer.write(response: response.head, body: response.body)
        },
        onServerRunning: { port.yield($0.localAddress?.port ?? 0) })
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        var iterator = ports.makeAsyncIterator()
        let result: Result<T, any Error>
        do {
            result = .success(try await body(await iterator.next() ?? 0))
        } catch {
            result = .failure(error)
        }
        group.cancelAll()
        try? await group.waitForAll()
        return try result.get()
    }
}

private func answer(
    _ request: Request, _ guardian: any AccessGuard, isTLS: Bool
) async -> Response {
    do {
        let origin = try Origin(of: request.head, isTLS: isTLS)
        if let response = try await guardian.respond(toTokenRequest: request, origin: origin) {
            return response
        }
        let name = try RepositoryName("a/b")
        switch (request.method, request.uri.path) {
        case (.get, "/v2/"):
            _ = try await guardian.authorize(request.head, [.ping], origin: origin)
            return json(.ok, "{}")
        case (.get, "/v2/a/b/tags/list"):
            _ = try await guardian.authorize(request.head, [.pull(name)], origin: origin)
            return json(.ok, #"{"name":"a/b","tags":["t"]}"#)
        case (.post, "/v2/a/b/blobs/uploads/"):
            _ = try await guardian.authorize(request.head, [.push(name)], origin: origin)
            return json(.accepted, "{}")
        default: return json(.notFound, #"{"errors":[]}"#)
        }
    } catch let error as RegistryError {
        var response = json(error.status, #"{"errors":[{"code":"\#(error.code.rawValue)"}]}"#)
        response.headers.append(contentsOf: error.headers)
        return response
    } catch {
        return json(.internalServerError, "{}")
    }
}

private func json(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
        status: status, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
}
