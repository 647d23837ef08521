import HTTPTypes
import Testing

@testable import OCIRegistry

/// What the answer to the first question tells.
@Suite struct RegistryProbeTests {
    private func probe(
        _ status: HTTPResponse.Status, _ fields: HTTPFields = [:], _ body: String = "",
        scheme: String = "https", between before: Double = 0, _ after: Double = 0
    ) throws -> RegistryProbe {
        RegistryProbe(
            TransportResponse(
                head: HTTPResponse(status: status, headerFields: fields), body: Array(body.utf8)),
            scheme: scheme, host: try RegistryHost("git.example.org"), [],
            between: before, after)
    }

    private func asking(_ challenge: String, scheme: String = "https") throws -> RegistryProbe {
        try probe(.unauthorized, [.wwwAuthenticate: challenge], scheme: scheme)
    }

    @Test("kinds of answers")
    func kinds() throws {
        #expect(try probe(.ok, [:], "{}").kind == .registry)
        #expect(try probe(.ok, [.contentType: "text/html"]).kind == .page)
        #expect(try probe(.ok, [:], "\n <!DOCTYPE html>").kind == .page)
        #expect(
            try probe(.ok, [.contentType: "text/html", .apiVersion: "registry/2.0"]).kind
                == .registry)
        #expect(try probe(.notFound, [:], "404 page not found").kind == .other)
        #expect(
            try probe(.movedPermanently, [.location: "https://a.example/"]).kind
                == .redirect("https://a.example/"))
        #expect(
            try probe(.badRequest, [:], "Client sent an HTTP request to an HTTPS server.").kind
                == .wantsTLS)
        #expect(try asking(#"Basic realm="x""#).kind == .registry)
    }

    @Test("where tokens come from")
    func tokens() throws {
        let gitea = #"Bearer realm="http://git.example.org/v2/token",service="container_registry""#
        let plain = try asking(gitea)
        #expect(plain.isGitea)
        #expect(plain.tokenService?.isPlainBehindTLS == true)
        #expect(try asking(gitea, scheme: "http").tokenService?.isPlainBehindTLS == false)
        let other = try asking(#"Bearer realm="https://auth.example.net/token""#)
        #expect(other.tokenService?.isTrusted == false)
        #expect(other.tokenService?.host == "auth.example.net")
        let refused = try asking(#"Bearer realm="http://auth.example.net/token""#)
        #expect(refused.tokenService == nil)
        #expect(refused.tokenServiceRefusal?.kind == .protocolViolation)
        #expect(try asking(#"Basic realm="x""#).tokenServiceRefusal == nil)
    }

    @Test("a whole second somewhere between two times is no difference of clocks")
    func clock() throws {
        // 1994-11-06 08:49:37
        let fields: HTTPFields = [.date: "Sun, 06 Nov 1994 08:49:37 GMT"]
        let time = 784_111_777.0
        func lead(_ before: Double, _ after: Double) throws -> Double? {
            try probe(.ok, fields, between: time + before, time + after).clockLead
        }
        #expect(try lead(0.5, 0.9) == 0)
        #expect(try lead(-3, 4) == 0)
        #expect(try lead(-60, -59) == 59)
        #expect(try lead(61, 62) == -60)
        #expect(try probe(.ok).clockLead == nil)
    }

    @Test("a token's own claims")
    func claims() {
        // {"exp":940}
        #expect(JSONWebToken("e30.eyJleHAiOjk0MH0.c2ln")?.expiry == 940)
        #expect(JSONWebToken("e30.eyJleHAiOjk0MH0.c2ln")?.lifetime(now: 900) == 40)
        for text in ["", "a.b", "a.b.c", "opaque-token", "e30.e30"] {
            #expect(JSONWebToken(text) == nil)
        }
    }
}
