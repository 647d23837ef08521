import CNative
import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite struct CurlFaultTests {
    private let request = HTTPRequest(
        method: .get, scheme: "https", authority: "registry.test", path: "/v2/")

    @Test(arguments: [
        "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
        "error:0A000412:SSL routines::sslv3 alert bad certificate",
        "error:0A000418:SSL routines::tlsv1 alert unknown ca",
    ])
    func aServerThatWantsAClientCertificateIsUnderstood(_ detail: String) {
        let error = CurlFault.error(CURLE_RECV_ERROR, request: request, detail: detail)
        #expect(error.kind == .configuration)
        #expect(error.advice?.contains("--client-cert") == true)
    }

    @Test func whatMayHoldAProxysPasswordIsNotShown() {
        let error = CurlFault.error(
            CURLE_COULDNT_RESOLVE_PROXY, request: request,
            detail: "Unsupported proxy syntax in 'http://user:secret@'")
        #expect(!"\(error)".contains("secret"))
    }

    @Test(arguments: [
        (407, OCIError.Kind.denied), (403, .denied), (502, .unreachable), (503, .unreachable),
    ])
    func aProxysAnswerDecides(_ status: Int, kind: OCIError.Kind) {
        let error = CurlFault.error(CURLE_RECV_ERROR, request: request, proxyStatus: status)
        #expect(error.kind == kind)
        #expect(error.exchange?.status == status)
    }
}
