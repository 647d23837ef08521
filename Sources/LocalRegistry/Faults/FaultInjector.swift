import HTTPTypes
public import HummingbirdCore
public import NIOCore

/// Stands between a connection and the handlers, and spoils the requests that a plan tells it to.
public struct FaultInjector: Sendable {
    /// What goes wrong and what went wrong.
    public let plan: FaultPlan
    private let expireTokens: @Sendable () async throws -> Void

    /// An injector; `expireTokens` has to make every token that was issued so far worthless.
    public init(
        _ plan: FaultPlan, expireTokens: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.plan = plan
        self.expireTokens = expireTokens
    }

    /// The reply to a request: that of `next`, spoiled by a fault if one is due.
    ///
    /// Throws ``ConnectionDropped`` when the connection was closed, and whatever `next` throws.
    public func respond(
        to request: Request, channel: any Channel,
        next: (Request) async throws -> Response
    ) async throws -> Response {
        guard !plan.isIdle,
            let strike = plan.strike(
                method: request.method, path: request.uri.path, query: request.uri.query)
        else { return try await next(request) }
        switch strike.fault.action {
        case .status, .refuse, .delay, .expireTokens, .call:
            strike.happen()
            if let reply = try await before(strike.fault.action, request, channel) { return reply }
            return try await next(request)
        case .dropAfterReceiving(let count):
            return try await dropping(request, count, strike, channel, next)
        case .corruptRequest(let offset):
            return try await next(
                request.filtered(CorruptingFilter(offset: offset, strike: strike)))
        case .throttle(let pace):
            let filter = PacingFilter(bytesPerSecond: pace, strike: strike)
            return try await next(request.filtered(filter)).filtered(filter)
        case .dropAfterSending, .truncate, .corruptReply, .replaceBody, .rewriteHeaders, .loseReply:
            return try await spoil(next(request), to: request, strike, channel)
        }
    }

    /// What happens before the request is handled; a reply where it is instead of that.
    private func before(
        _ action: Fault.Action, _ request: Request, _ channel: any Channel
    ) async throws -> Response? {
        switch action {
        case .status(let status, let headers, let body):
            for try await _ in request.body {}
            return reply(status, headers, body, to: request)
        case .refuse(let status, var headers, let body):
            headers[.connection] = "close"
            return reply(status, headers, body, to: request)
        case .delay(let duration): try await Task.sleep(for: duration)
        case .expireTokens: try await expireTokens()
        case .call(let body): body(request.head)
        default: break
        }
        return nil
    }

    private func dropping(
        _ request: Request, _ count: Int, _ strike: Strike, _ channel: any Channel,
        _ next: (Request) async throws -> Response
    ) async throws -> Response {
        var result = Result<Response, any Error>.failure(ConnectionDropped())
        if count == 0 {
            strike.happen()
        } else {
            let filter = CuttingFilter(after: count, strike: strike)
            do {
                result = .success(try await next(request.filtered(filter)))
            } catch {
                result = .failure(error)
            }
        }
        // Whatever the handler made of the error that it got, there is nobody left to tell.
        guard strike.hasHappened else { return try result.get() }
        await channel.reset()
        throw ConnectionDropped()
    }

    /// The reply as the client is to see it.
    private func spoil(
        _ response: Response, to request: Request, _ strike: Strike, _ channel: any Channel
    ) async throws -> Response {
        switch strike.fault.action {
        case .replaceBody(let body):
            strike.happen()
            var headers = response.headers
            headers[.contentLength] = nil
            return reply(response.status, headers, body, to: request)
        case .rewriteHeaders(let changes):
            strike.happen()
            var response = response
            for (name, value) in changes { response.headers[name] = value }
            return response
        case _ where response.status.code >= 400:
            strike.takeBack()
            return response
        case .loseReply:
            strike.happen()
            await channel.reset()
            throw ConnectionDropped()
        case .corruptReply(let offset):
            return response.filtered(CorruptingFilter(offset: offset, strike: strike))
        case .dropAfterSending(let count):
            return response.filtered(CuttingFilter(after: count, strike: strike)) { _ in
                await channel.hangUp()
            }
        case .truncate(let count):
            return response.filtered(CuttingFilter(after: count, strike: strike)) { writer in
                try await writer.finish(nil)
                try await channel.flushAll()
            }
        default: return response
        }
    }

    private func reply(
        _ status: HTTPResponse.Status, _ headers: HTTPFields, _ body: [UInt8], to request: Request
    ) -> Response {
        let response = Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        return request.method == .head ? response.createHeadResponse() : response
    }
}
