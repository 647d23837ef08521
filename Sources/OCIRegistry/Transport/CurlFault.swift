import CNative
import HTTPTypes

/// What libcurl's result codes mean to a caller.
enum CurlFault {
    static func error(_ code: CURLcode, request: HTTPRequest) -> OCIError {
        let said = String(cString: curl_easy_strerror(code))
        let exchange = OCIError.Exchange(
            request: Redaction.redacted(request), registryMessage: said)
        let host = request.authority ?? "the server"
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
                advice: "check that the registry speaks TLS on this port")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_WEIRD_SERVER_REPLY:
            return OCIError(.protocolViolation, "\(host) does not speak HTTP", exchange: exchange)
        default:
            return OCIError(
                .temporary, "the connection to \(host) broke", exchange: exchange,
                advice: "try again; if it happens every time, look at proxies on the way")
        }
    }
}
