import Foundation
import HTTPTypes
import HummingbirdCore
import LocalRegistry
import NIOCore
import Synchronization

/// What a token endpoint answered.
struct TokenAnswer {
    let status: Int
    let fields: HTTPFields
    let body: [String: Any]

    var token: String? { body["token"] as? String }
    var refreshToken: String? { body["refresh_token"] as? String }
    var scope: String? { body["scope"] as? String }
}

extension AccessGuard {
    /// Asks for a token by GET.
    func getToken(
        _ query: String, _ authorization: String? = nil, origin: Origin
    ) async throws -> TokenAnswer? {
        var head = HTTPRequest(
            method: .get, scheme: "http", authority: origin.authority, path: "/token?\(query)")
        head.headerFields[.authorization] = authorization
        return try await ask(Request(head: head, body: RequestBody(buffer: ByteBuffer())), origin)
    }

    /// Asks for a token by POST.
    func postToken(_ form: String, origin: Origin) async throws -> TokenAnswer? {
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: origin.authority, path: "/token",
            headerFields: [.contentType: "application/x-www-form-urlencoded"])
        let body = RequestBody(buffer: ByteBuffer(string: form))
        return try await ask(Request(head: head, body: body), origin)
    }

    private func ask(_ request: Request, _ origin: Origin) async throws -> TokenAnswer? {
        guard let response = try await respond(toTokenRequest: request, origin: origin) else {
            return nil
        }
        let collected = Collected()
        try await response.body.write(collected)
        let body = try JSONSerialization.jsonObject(with: Data(collected.bytes.withLock { $0 }))
        return TokenAnswer(
            status: response.status.code, fields: response.headers,
            body: body as? [String: Any] ?? [:])
    }
}

private final class Collected: ResponseBodyWriter, Sendable {
    let bytes = Mutex<[UInt8]>([])

    func write(_ buffer: ByteBuffer) { bytes.withLock { $0 += buffer.readableBytesView } }
    func finish(_ trailingHeaders: HTTPFields?) {}
}
