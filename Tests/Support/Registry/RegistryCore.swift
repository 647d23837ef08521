import Synchronization

/// The part of a `ScriptedRegistry` that its server's threads share.
final class RegistryCore: Sendable {
    let auth: RegistryAuth
    let quirks: RegistryQuirks
    let digest: Digester
    let state = Mutex(RegistryState())
    let tokens = Mutex(TokenBook())
    let faults = Mutex(FaultPlan())
    let log = RequestLog()

    init(auth: RegistryAuth, quirks: RegistryQuirks, digest: @escaping Digester) {
        self.auth = auth
        self.quirks = quirks
        self.digest = digest
    }

    /// Serves one request, spoiled by a fault if one is due.
    func handle(_ exchange: Exchange) throws {
        let (index, entry) = log.begin(exchange)
        var status: Int?
        defer { log.note(index, bodySize: exchange.received, status: status) }
        let fault = faults.withLock { $0.strike(entry) }
        prepare(exchange, for: fault, entry)
        if case .dropAfterReceiving(let limit) = fault {
            _ = try exchange.readBody(limit: limit)
            return exchange.reset()
        }
        var response = try refusal(exchange, fault) ?? reply(exchange, fault)
        spoil(&response, fault)
        if case .loseReply = fault { return exchange.reset() }
        status = response.status
        // Noted before it is sent, so that a client that has its reply finds it in the log.
        log.note(index, bodySize: exchange.received, status: status)
        try exchange.send(response, cutAfter: cut(fault))
    }

    /// What a fault does before the body is read.
    private func prepare(
        _ exchange: Exchange, for fault: Fault.Action?, _ entry: LoggedRequest
    ) {
        switch fault {
        case .delay(let seconds): sleepFor(seconds)
        case .expireTokens: tokens.withLock { $0.revokeAll() }
        case .throttle(let pace): exchange.throttle(bytesPerSecond: pace)
        case .call(let body): body(entry)
        default: break
        }
    }

    /// A reply that does not wait for the body: a fault's, a proxy's limit, or a 401.
    private func refusal(_ exchange: Exchange, _ fault: Fault.Action?) -> Response? {
        if case .refuse(let status, let headers, let body) = fault {
            return Response(status, headers: headers, body: body)
        }
        if case .status = fault { return nil }
        if let largest = quirks.largestBody, exchange.head.contentLength ?? 0 > largest {
            let page = "<html><head><title>413 Request Entity Too Large</title></head></html>\n"
            return Response(413, headers: ["Content-Type": "text/html"], body: Array(page.utf8))
        }
        return challenge(exchange.head, route: RegistryRoute(path: exchange.head.path))
    }

    private func reply(_ exchange: Exchange, _ fault: Fault.Action?) throws -> Response {
        let request = RegistryRequest(head: exchange.head, body: try exchange.readBody())
        if case .status(let status, let headers, let body) = fault {
            return Response(status, headers: headers, body: body)
        }
        return respond(to: request)
    }

    private func spoil(_ response: inout Response, _ fault: Fault.Action?) {
        switch fault {
        case .corruptResponse where !response.body.isEmpty:
            response.body[response.body.count / 2] ^= 1
        case .replaceBody(let body):
            response.body = body
            response.headers["Content-Length"] = nil
        case .rewriteHeader(let name, let value):
            response.headers[name] = value
        default: break
        }
    }

    private func cut(_ fault: Fault.Action?) -> Int? {
        if case .dropAfterSending(let count) = fault { count } else { nil }
    }
}

/// A request with its whole body.
struct RegistryRequest {
    let head: RequestHead
    let body: [UInt8]

    func query(_ name: String) -> String? { head.queryValues(name).first }
}

extension RegistryCore {
    /// Does what the request asks for.
    func respond(to request: RegistryRequest) -> Response {
        switch (RegistryRoute(path: request.head.path), request.head.method) {
        case (.base, "GET"), (.base, "HEAD"):
            Response(200, headers: ["Docker-Distribution-Api-Version": "registry/2.0"])
        case (.token, _): issueToken(request)
        case (.blob(let repository, let digest), "GET"),
            (.blob(let repository, let digest), "HEAD"):
            blob(request, repository, digest)
        case (.blob(let repository, let digest), "DELETE"): deleteBlob(repository, digest)
        case (.startUpload(let repository), "POST"): startUpload(request, repository)
        case (.upload(let repository, let id), _): upload(request, repository, id)
        case (.manifest(let repository, let reference), "GET"),
            (.manifest(let repository, let reference), "HEAD"):
            manifest(repository, folded(reference))
        case (.manifest(let repository, let reference), "PUT"):
            putManifest(request, repository, folded(reference))
        case (.manifest(let repository, let reference), "DELETE"):
            deleteManifest(repository, folded(reference))
        case (.tags(let repository), "GET"): tags(request, repository)
        case (.referrers(let repository, let digest), "GET") where quirks.referrersAPI:
            referrers(request, repository, digest)
        case (.unknown, _), (.referrers, _): error(404, "UNSUPPORTED", "404 page not found")
        default: error(405, "UNSUPPORTED", "method not allowed")
        }
    }

    /// An error in the form of the specification, or as plain text.
    func error(
        _ status: Int, _ code: String, _ message: String, headers: HeaderFields = [:]
    ) -> Response {
        var headers = headers
        let json = #"{"errors":[{"code":"\#(code)","message":"\#(message)"}]}"#
        headers["Content-Type"] = quirks.textErrors ? "text/plain" : "application/json"
        let text = (quirks.textErrors ? message : json) + "\n"
        return Response(status, headers: headers, body: Array(text.utf8))
    }

    /// The URL of something on this registry, in the form that the quirks ask for.
    func location(_ path: String, _ request: RegistryRequest) -> String {
        switch quirks.location {
        case .absolute: "http://\(request.head.headers["Host"] ?? "localhost")\(path)"
        case .relative: path
        case .withQuery: path + "?_state=a%3Db"
        }
    }

    private func folded(_ reference: String) -> String {
        quirks.foldsTagCase ? reference.lowercased() : reference
    }
}
