import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import OCIRegistry

/// Takes one request from the first byte to the last: faults, authentication, the registry or the
/// page, and a refusal in the dialect's form where any of them throws.
struct Dispatcher: Sendable {
    let api: any RegistryAPI
    let access: any AccessGuard
    let page: PageHandler
    let faults: FaultInjector
    let log: AccessLog
    /// Whether TLS is below.
    let isTLS: Bool
    /// What clients reach the server as, where it is not what they send as `Host`.
    let externalOrigin: Origin?

    /// An unread body up to this size is read away after a refusal; a larger one ends the connection.
    private static let drainLimit: Int64 = 1 << 20

    /// The connection is to be closed after this answer.
    private struct UnreadBody: Error {}

    func respond(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let start = ContinuousClock.now
        let response = try await faults.respond(to: request, channel: channel) { request in
            await answer(Exchange(request, collapsingSlashes: api.collapsesSlashes), channel)
        }
        let head = complete(response)
        log.write(request, head.status, channel, start.duration(to: .now))
        if request.method == .head {
            try await writer.writeResponse(head)
        } else {
            try await writer.write(response: head, body: response.body)
        }
        if head.status.kind == .clientError, Self.mayBeLong(request) { throw UnreadBody() }
    }

    private func answer(_ exchange: Exchange, _ channel: any Channel) async -> Response {
        do {
            let origin = try externalOrigin ?? Origin(of: exchange.request.head, isTLS: isTLS)
            if let response = try await access.respond(
                toTokenRequest: exchange.request, origin: origin)
            {
                return response
            }
            if let response = try await api.respondFirst(to: exchange) { return response }
            if case .other(let path) = exchange.route {
                return try await page.respond(path, exchange, access, origin)
            }
            _ = try await access.authorize(
                exchange.request.head, api.needs(exchange), origin: origin)
            if exchange.headers[.expect]?.lowercased() == "100-continue" {
                try await channel.writeAndFlush(HTTPResponsePart.head(.init(status: .continue)))
            }
            return try await api.respond(exchange)
        } catch let error as RegistryError {
            return api.render(error)
        } catch let error as StoreError {
            log.report(error, exchange.request)
            return api.render(
                error.isFull
                    ? RegistryError(.init(code: 507), .unknown, "the registry's disk is full")
                    : RegistryError(.internalServerError, .unknown, "the registry's disk failed"))
        } catch {
            log.report(error, exchange.request)
            return api.render(
                RegistryError(.internalServerError, .unknown, "the registry failed"))
        }
    }

    private func complete(_ response: Response) -> HTTPResponse {
        var head = response.head
        head.headerFields[.dockerAPIVersion] = "registry/2.0"
        head.headerFields[.xContentTypeOptions] = "nosniff"
        return head
    }

    private static func mayBeLong(_ request: Request) -> Bool {
        guard let length = request.headers[.contentLength] else {
            return request.headers[.transferEncoding] != nil
        }
        return (Int64(length) ?? .max) > drainLimit
    }
}
