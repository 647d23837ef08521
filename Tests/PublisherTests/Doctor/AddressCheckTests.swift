import HTTPTypes
import OCIRegistry
import Testing

@testable import Publisher

/// What is made of the answers that an address gives.
@Suite struct AddressCheckTests {
    private let host: RegistryHost
    private let failure = OCIError(.unreachable, "no connection could be made", advice: "look")

    init() throws { host = try RegistryHost("git.example.org") }

    private func attempt(
        _ scheme: String, _ status: HTTPResponse.Status, _ fields: HTTPFields = [:],
        _ body: String = ""
    ) async throws -> AddressCheck.Attempt {
        let answer = FixedAnswer(
            response: TransportResponse(
                head: HTTPResponse(status: status, headerFields: fields), body: Array(body.utf8)))
        let probe = try await RegistryProbe(host, scheme: scheme, transport: answer)
        return AddressCheck.Attempt(scheme: scheme, result: .success(probe))
    }

    private func failed(_ scheme: String) -> AddressCheck.Attempt {
        AddressCheck.Attempt(scheme: scheme, result: .failure(failure))
    }

    private func check(
        _ attempts: AddressCheck.Attempt..., insecure: Bool = false
    ) -> AddressCheck {
        AddressCheck(host: host, isInsecure: insecure, attempts: attempts)
    }

    @Test("a registry is one, with or without a challenge")
    func registry() async throws {
        let open = check(try await attempt("https", .ok))
        #expect(open.diagnosis.severity == .ok)
        let asks = check(
            try await attempt("https", .unauthorized, [.wwwAuthenticate: #"Basic realm="x""#]))
        #expect(asks.diagnosis.what == "a registry, over https")
        #expect(asks.found?.asksForCredentials == true)
    }

    @Test("plain HTTP where TLS is expected")
    func plain() async throws {
        let found = check(failed("https"), try await attempt("http", .ok))
        #expect(found.diagnosis.severity == .problem)
        #expect(found.diagnosis.what.contains("plain HTTP alone"))
        #expect(found.diagnosis.cure.contains("insecure: true"))
        #expect(found.found == nil, "nothing builds on an answer that no push gets")
    }

    @Test("TLS where plain HTTP is expected: alone, or as well")
    func secure() async throws {
        let alone = check(
            failed("http"), try await attempt("https", .ok), insecure: true)
        #expect(alone.diagnosis.severity == .problem)
        let both = check(
            try await attempt("http", .ok), try await attempt("https", .ok), insecure: true)
        #expect(both.diagnosis.severity == .warning)
        #expect(both.found?.scheme == "http")
        let neither = check(try await attempt("http", .ok), failed("https"), insecure: true)
        #expect(neither.diagnosis.severity == .ok)
    }

    @Test(
        "what is no registry",
        arguments: [(404, "does not answer as a registry"), (502, "does not answer as a registry")])
    func nothing(status: Int, says: String) async throws {
        let found = check(try await attempt("https", .init(code: status)))
        #expect(found.diagnosis.what.contains(says))
        #expect(found.diagnosis.what.contains("\(status)"))
    }

    @Test("a page that wants a login first is no registry")
    func loginPage() async throws {
        let found = check(
            try await attempt("https", .forbidden, [.contentType: "text/html"], "<b>Sign in</b>"))
        #expect(found.diagnosis.what.contains("a page for people: Sign in"))
    }

    @Test("an error is told with its own cure, and the proxy on the way")
    func unreachable() throws {
        var found = check(failed("https"), failed("http"))
        #expect(found.diagnosis.cure == "look")
        found.proxy = ProxySetting(
            host, scheme: "https", environment: ["HTTPS_PROXY": "http://me:secret@proxy:3128"])
        #expect(found.diagnosis.cure.contains("proxy:3128"))
        #expect(!found.diagnosis.cure.contains("secret"))
    }
}

/// Gives one answer to everything.
private struct FixedAnswer: HTTPTransport {
    let response: TransportResponse

    func send(_ request: TransportRequest) async throws -> TransportResponse { response }
}
