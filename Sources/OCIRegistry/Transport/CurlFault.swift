import CNative
import HTTPTypes

/// What libcurl's result codes mean to a caller.
enum CurlFault {
    /// The error for a transfer that failed; `detail` is what libcurl says beside the code, and
    /// `proxyStatus` a proxy's answer to CONNECT.
    static func error(
        _ code: CURLcode, request: HTTPRequest, detail: String = "", proxyStatus: Int? = nil
    ) -> OCIError {
        if let proxyStatus, !(200..<300).contains(proxyStatus) {
            return refusal(byProxy: proxyStatus, request)
        }
        let general = String(cString: curl_easy_strerror(code))
        let said =
            telling.contains(code) && !detail.isEmpty
            ? PlainText.line(detail, limit: 300) : general
        let exchange = OCIError.Exchange(
            request: Redaction.redacted(request), registryMessage: said)
        let host = request.authority ?? "the server"
        if clientAlerts.contains(where: { said.contains($0) }) {
            return OCIError(
                .configuration, "\(host) wants a client certificate, or another one",
                exchange: exchange, advice: "pass it with --client-cert and --client-key")
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return OCIError(
                .unreachable, "the name of \(host) cannot be resolved", exchange: exchange,
                advice: "check the host's spelling and this machine's DNS or proxy settings")
        case CURLE_COULDNT_CONNECT:
            return OCIError(
                .unreachable, "no connection to \(host) could be made", exchange: exchange,
                advice: "check that it is up and reachable from here")
        case CURLE_OPERATION_TIMEDOUT:
            return OCIError(
                .temporary, "\(host) stopped answering", exchange: exchange,
                advice: "try again; a longer --stall-timeout gives a slow registry more time")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return OCIError(
                .configuration, "the certificate of \(host) is not trusted", exchange: exchange,
                advice: "pass the authority's certificate with --ca-file or SSL_CERT_FILE")
        case CURLE_SSL_CERTPROBLEM:
            return OCIError(
                .configuration, "the client certificate cannot be used", exchange: exchange,
                advice: "check --client-cert and --client-key")
        case CURLE_SSL_CONNECT_ERROR:
            return OCIError(
                .unreachable, "no TLS connection to \(host) could be made", exchange: exchange,
                advice: "check that the registry speaks TLS on this port; plain HTTP takes "
                    + "'insecure: true' of it in publisher.yaml, but for this machine's own")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_WEIRD_SERVER_REPLY:
            return OCIError(.protocolViolation, "\(host) does not speak HTTP", exchange: exchange)
        default:
            return OCIError(
                .temporary, "the connection to \(host) broke", exchange: exchange,
                advice: "try again; if it happens every time, look at proxies on the way")
        }
    }

    /// Failures whose detail tells the cause. In that of others a proxy's password may stand.
    private static let telling = [
        CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_CERTPROBLEM, CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
    ]

    /// How a server says in TLS that it does not like the client's certificate, or misses one.
    /// RFC 8446, "Error Alerts".
    private static let clientAlerts = [
        "alert certificate required", "alert bad certificate", "alert unknown ca",
    ]

    /// What a proxy means that lets nothing through. RFC 9110, "CONNECT".
    private static func refusal(byProxy status: Int, _ request: HTTPRequest) -> OCIError {
        let host = request.authority ?? "the server"
        let exchange = OCIError.Exchange(request: Redaction.redacted(request), status: status)
        switch status {
        case 407:
            return OCIError(
                .denied, "the proxy before \(host) wants a user name and password, or other ones",
                exchange: exchange, advice: "set HTTPS_PROXY to http://USER:PASSWORD@PROXY:PORT")
        case 500...:
            return OCIError(
                .unreachable, "the proxy cannot reach \(host)", exchange: exchange,
                advice: "check the host's spelling and that it is up")
        default:
            return OCIError(
                .denied, "the proxy lets nothing through to \(host)", exchange: exchange,
                advice: "have the proxy allow it, or name it in NO_PROXY if it is reached directly")
        }
    }
}
