import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("Requests that are no requests")
struct BadRequestTests {
    /// What a client sends between the request's first line and its empty one.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var line = "POST /v2/app/blobs/uploads/ HTTP/1.1"
        var fields: [String]
        var body = ""

        static let all = [
            Case(testDescription: "a long field", fields: ["X: " + text(40_000)]),
            Case(testDescription: "many fields", fields: (0..<300).map { "X\($0): a" }),
            Case(
                testDescription: "a longer line", line: "GET /\(text(100_000)) HTTP/1.1", fields: []
            ),
            Case(testDescription: "no version", line: "GET /v2/", fields: []),
            Case(testDescription: "no HTTP", line: "\u{16}\u{3}\u{1}", fields: []),
            Case(testDescription: "a length below 0", fields: ["Content-Length: -1"]),
            Case(testDescription: "a signed length", fields: ["Content-Length: +1"]),
            Case(testDescription: "a length of letters", fields: ["Content-Length: abc"]),
            Case(
                testDescription: "a length beyond all numbers",
                fields: ["Content-Length: 99999999999999999999999"]),
            Case(
                testDescription: "two lengths", fields: ["Content-Length: 1", "Content-Length: 2"],
                body: "12"),
            Case(
                testDescription: "a length and chunks",
                fields: ["Content-Length: 5", "Transfer-Encoding: chunked"], body: "0\r\n\r\n"),
            Case(
                testDescription: "a chunk of no size",
                line: "PUT /v2/app/manifests/v1 HTTP/1.1", fields: ["Transfer-Encoding: chunked"],
                body: "5\r\nhello\r\nzz\r\n"),
            Case(
                testDescription: "a chunk beyond all numbers",
                line: "PUT /v2/app/manifests/v1 HTTP/1.1", fields: ["Transfer-Encoding: chunked"],
                body: "ffffffffffffffffffff\r\nhello\r\n"),
        ]

        private static func text(_ count: Int) -> String { String(repeating: "a", count: count) }
    }

    @Test("They are refused in good form, and the connection ends", arguments: Case.all)
    func malformed(_ bad: Case) async throws {
        try await GiteaServer.oci { server in
            let head = [bad.line, "Host: \(server.host)"] + bad.fields + ["", bad.body]
            let reply = try await RawConnection.ask(
                server.server.port, head.joined(separator: "\r\n"))
            #expect(reply.hasPrefix("HTTP/1.1 400 "), "\(reply)")
            #expect(reply.lowercased().contains("connection: close\r\n"), "\(reply)")
            #expect(reply.lowercased().contains("content-length: "), "\(reply)")
            let next = try await server.send(.get, "/v2/")
            #expect(next.status == 200)
        }
    }

    @Test(
        "A request has one Host",
        arguments: ["X: a", "Host: a\r\nHost: a", "Host: a\r\nHost: b", "Host: a b", "Host: <a>"])
    func host(_ field: String) async throws {
        try await GiteaServer.oci { server in
            let reply = try await RawConnection.ask(
                server.server.port, "GET /v2/ HTTP/1.1\r\n\(field)\r\nConnection: close\r\n\r\n")
            #expect(reply.hasPrefix("HTTP/1.1 400 "), "\(reply)")
        }
    }

    @Test("Requests that come all at once are answered in their order")
    func pipelined() async throws {
        try await GiteaServer.oci { server in
            let reply = try await RawConnection.ask(
                server.server.port,
                server.head("GET /v2/") + server.head("PUT /v2/NO/manifests/a", "Content-Length: 2")
                    + "{}" + server.head("GET /v2/_catalog")
                    + server.head("GET /nothing", "Connection: close"))
            let codes = reply.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(codes == ["200", "400", "200", "404"], "\(reply)")
        }
    }

    @Test("A client of HTTP/1.0 sees the end of the answer")
    func oldVersion() async throws {
        try await GiteaServer.oci { server in
            let reply = try await RawConnection.ask(
                server.server.port, "GET /v2/ HTTP/1.0\r\nHost: \(server.host)\r\n\r\n")
            #expect(reply.hasPrefix("HTTP/1.1 200 "), "\(reply)")
            #expect(reply.hasSuffix("{}"), "\(reply)")
        }
    }

    @Test(
        "A path leads nowhere but to names, tags and digests",
        arguments: [
            ("/v2/../../etc/passwd", 404), ("/v2/app/blobs/uploads/..", 404),
            ("/v2/app/blobs/uploads/..%2f..%2fusers", 404), ("/v2/app/blobs/uploads/%00", 404),
            ("/v2/app/blobs/uploads/%2e%2e", 404), ("/v2/app%2ftags/tags/list", 400),
            ("/v2/%2e%2e/tags/list", 400), ("/v2/app//tags/list", 400), ("/v2/App/tags/list", 400),
            ("/v2/app/blobs/sha256:abc", 400), ("/v2/app/blobs/sha256:..%2f..%2fx", 400),
            ("/v2/app/blobs/sha256:" + String(repeating: "A", count: 64), 400),
            ("/v2/app/blobs/md5:" + String(repeating: "a", count: 32), 400),
            ("/v2/app/blobs/" + String(repeating: "a", count: 64), 400),
            ("/v2/app/manifests/..", 404), ("/v2/app/manifests/%2e%2e%2fusers", 404),
            ("/v2/app/manifests/" + String(repeating: "a", count: 129), 404),
            ("/v2/app/referrers/x", 400), ("/v2/%ff/tags/list", 400),
        ])
    func path(_ path: String, _ status: Int) async throws {
        try await GiteaServer.oci { server in
            let reply = try await RawConnection.ask(
                server.server.port, server.head("GET \(path)", "Connection: close"))
            #expect(reply.hasPrefix("HTTP/1.1 \(status) "), "\(reply)")
        }
    }

    @Test(
        "A chunk's place is two numbers, whatever else is claimed",
        arguments: [
            "0-9223372036854775807", "0-99999999999999999999", "+0-4", "-1-3", "4-0", "0", "0-4-8",
            "a-b", "0-+4", "",
        ])
    func contentRange(_ range: String) async throws {
        try await GiteaServer.oci { server in
            let session = try #require(
                try await server.send(.post, "/v2/app/blobs/uploads/")["Location"])
            let reply = try await server.send(
                .patch, session, fields: [.contentRange: range], body: Array("hello".utf8))
            #expect(reply.status == 400, "\(reply)")
            let again = try await server.send(
                .patch, session, fields: [.contentRange: "0-4"], body: Array("hello".utf8))
            #expect(again.status == 202, "\(again)")
        }
    }

    @Test("A chunk in the wrong place is told the right one")
    func wrongPlace() async throws {
        try await GiteaServer.oci { server in
            let session = try #require(
                try await server.send(.post, "/v2/app/blobs/uploads/")["Location"])
            let reply = try await server.send(
                .patch, session, fields: [.contentRange: "5-9"], body: Array("hello".utf8))
            #expect(reply.status == 416, "\(reply)")
            #expect(reply["Range"] == "0-0")
        }
    }
}
