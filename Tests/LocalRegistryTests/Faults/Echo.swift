import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

/// Answers `GET /bytes/N` with N zero bytes, `/chunked/N` likewise without a length, `/missing`
/// with a 404 and everything else with the request's body, and remembers what came.
final class Echo: Sendable {
    private struct State {
        var committed: [[UInt8]] = []
        var failures = 0
        var expiries = 0
    }

    private let state = Mutex(State())

    /// The bodies that were read to their end.
    var committed: [[UInt8]] { state.withLock { $0.committed } }
    /// How many bodies ended with an error.
    var failures: Int { state.withLock { $0.failures } }
    /// How often all tokens were forgotten.
    var expiries: Int { state.withLock { $0.expiries } }

    func expireTokens() { state.withLock { $0.expiries += 1 } }

    func respond(_ request: Request) async throws -> Response {
        var body: [UInt8] = []
        do {
            for try await piece in request.body { body += piece.readableBytesView }
        } catch {
            state.withLock { $0.failures += 1 }
            throw error
        }
        state.withLock { $0.committed.append(body) }
        let parts = request.uri.path.split(separator: "/")
        let response =
            switch parts.first {
            case "missing": Response(status: .notFound, body: Self.body(Array("missing\n".utf8)))
            case "bytes": zeros(Int(parts[1]) ?? 0, hasLength: true)
            case "chunked": zeros(Int(parts[1]) ?? 0, hasLength: false)
            default: Response(status: .ok, headers: [.server: "echo"], body: Self.body(body))
            }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private static func body(_ bytes: [UInt8]) -> ResponseBody {
        ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    }

    private func zeros(_ count: Int, hasLength: Bool) -> Response {
        let body = ResponseBody(contentLength: hasLength ? count : nil) { writer in
            var left = count
            while left > 0 {
                let piece = min(left, 1000)
                try await writer.write(ByteBuffer(repeating: 0, count: piece))
                left -= piece
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, body: body)
    }
}
