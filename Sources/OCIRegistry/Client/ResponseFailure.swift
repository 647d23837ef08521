import FoundationEssentials
import HTTPTypes

/// What a response that is not a success means.
struct ResponseFailure {
    let error: OCIError

    /// Maps a status code, and what the registry says with it, to an error.
    init(_ request: HTTPRequest, _ response: TransportResponse) {
        let document = ErrorDocument(response.body)
        let codes = document.errors.map { $0.code.uppercased() }
        let exchange = OCIError.Exchange(
            request: Redaction.redacted(request), status: response.status,
            registryMessage: document.summary, registryCodes: codes)
        let host = request.authority ?? "the registry"
        let retryAfter = RetryAfter.seconds(
            in: response.head.headerFields, now: Date().timeIntervalSince1970)
        func make(_ kind: OCIError.Kind, _ message: String, _ advice: String? = nil) -> OCIError {
            OCIError(
                kind, message, exchange: exchange, advice: advice,
                retryAfter: kind == .temporary ? retryAfter : nil)
        }
        switch response.status {
        case 400:
            error = make(
                codes.contains { $0.hasPrefix("DIGEST") || $0.hasPrefix("SIZE") }
                    ? .badData : .protocolViolation, "\(host) refused the request",
                document.summary?.contains("SSL certificate") == true
                    ? "it may want a client certificate: --client-cert and --client-key" : nil)
        case 401:
            error = make(
                .denied, "\(host) refused these credentials, or they lack a permission")
        case 403:
            error = make(
                .denied, "\(host) does not permit this",
                document.summary == nil
                    ? "an empty answer from Gitea means that a quota is used up; otherwise check "
                        + "the account's rights on this repository"
                    : "check the account's rights on this repository")
        case 404: error = make(.notFound, "not found at \(host)")
        case 405, 501: error = make(.protocolViolation, "\(host) does not support this request")
        case 408, 425, 429, 500, 502...599:
            error = make(
                .temporary,
                response.status == 429
                    ? "\(host) asks to slow down"
                    : "\(host) has trouble (status \(response.status))",
                "try again later")
        case 413:
            error = make(
                .denied, "\(host), or a proxy before it, refuses a body of this size",
                "raise the proxy's limit (client_max_body_size in nginx), or send layers in "
                    + "pieces with --chunk-size 50")
        case 507: error = make(.temporary, "\(host) has no space left")
        default:
            error = make(
                .protocolViolation,
                "\(host) gave an answer that means nothing here "
                    + "(status \(response.status))")
        }
    }
}
