import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
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

    func respond(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let start = ContinuousClock.now
        let response: Response
        do {
            response = try await faults.respond(
                to: request.awaited(on: channel), channel: channel
            ) { request in
                try await answer(
                    Exchange(request, collapsingSlashes: api.collapsesSlashes), channel)
            }
        } catch {
            log.write(request, nil, channel, start.duration(to: .now))
            throw error
        }
        let head = complete(response)
        log.write(request, head.status, channel, start.duration(to: .now))
        if request.method == .head {
            try await writer.writeResponse(head)
        } else {
            do {
                try await writer.write(response: head, body: response.body)
            } catch let error as StoreError {
                log.report(error, request)
                throw error
            }
        }
    }

    /// Throws when there is nobody left to answer.
    private func answer(_ exchange: Exchange, _ channel: any Channel) async throws -> Response {
        do {
            guard !exchange.headers.contains(.host) else {
                throw RegistryError(.badRequest, .unsupported, "the request has several Hosts")
            }
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
            return try await api.respond(exchange)
        } catch let error as RegistryError {
            return api.render(error)
        } catch let error as StoreError {
            log.report(error, exchange.request)
            return api.render(
                error.isFull
                    ? RegistryError(.init(code: 507), .unknown, "the registry's disk is full")
                    : RegistryError(.internalServerError, .unknown, "the registry's disk failed"))
        } catch let error
            where error is ConnectionDropped || error is CancellationError || !channel.isActive
        {
            throw error
        } catch is HTTPParserError {
            return api.render(RegistryError(.badRequest, .unknown, "the body is no HTTP"))
        } catch {
            log.report(error, exchange.request)
            return api.render(
                RegistryError(.internalServerError, .unknown, "the registry failed"))
        }
    }

    private func complete(_ response: Response) -> HTTPResponse {
        var head = response.head
        head.headerFields[.date] = HTTPDate.now
        head.headerFields[.dockerAPIVersion] = "registry/2.0"
        head.headerFields[.xContentTypeOptions] = "nosniff"
        return head
    }
}
