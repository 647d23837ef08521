import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

@Suite("Faults of a reply")
struct ReplyFaultTests {
    @Test("a connection ends after so many bytes of a reply's body")
    func dropAfterSending() async throws {
        try await FaultyServer.with(Fault(on: "GET", .dropAfterSending(2500))) { server in
            let short = try await server.curl("/bytes/2000")
            #expect(short.output.count == 2000)
            #expect(server.plan.fired.isEmpty)
            let result = try await server.curl("-i", "/bytes/9000")
            #expect(result.status == 18)
            #expect(result.stdout.contains("Content-Length: 9000\r\n"))
            #expect(result.output.suffix(2500) == [UInt8](repeating: 0, count: 2500)[...])
            #expect(result.output[result.output.count - 2501] == UInt8(ascii: "\n"))
            #expect(server.firedAt == ["GET /bytes/9000"])
        }
    }

    @Test("a reply that is cut has all bytes up to the cut, however many")
    func dropAfterSendingMuch() async throws {
        try await FaultyServer.with(Fault(on: "GET", .dropAfterSending(5_000_000))) { server in
            let result = try await server.curl("/bytes/9000000")
            #expect(result.status == 18)
            #expect(result.output.count == 5_000_000)
        }
    }

    @Test("a connection that served other requests ends too, after the head alone")
    func dropOnKeptConnection() async throws {
        let fault = Fault(on: "GET", skip: 1, .dropAfterSending(0))
        try await FaultyServer.with(fault) { server in
            let result = try await server.curl(
                "-w", "%{http_code} %{num_connects} %{size_download}\n", "/bytes/10", "/bytes/11")
            #expect(result.status == 18)
            #expect(result.stdout.drop { $0 == "\0" } == "200 1 10\n200 0 0\n")
            #expect(server.firedAt == ["GET /bytes/11"])
        }
    }

    @Test("a truncated body keeps its length where it has one, and otherwise looks complete")
    func truncate() async throws {
        try await FaultyServer.with(Fault(on: "GET", times: 2, .truncate(1500))) { server in
            let known = try await server.curl("/bytes/3000")
            #expect(known.status == 18)
            #expect(known.output.count == 1500)
            let chunked = try await server.curl("/chunked/3000")
            #expect(chunked.status == 0)
            #expect(chunked.output.count == 1500)
            #expect(server.firedAt == ["GET /bytes/3000", "GET /chunked/3000"])
        }
    }

    @Test("a chunked reply that is cut off does not look complete")
    func dropChunked() async throws {
        try await FaultyServer.with(Fault(on: "GET", .dropAfterSending(1500))) { server in
            let result = try await server.curl("/chunked/3000")
            #expect([18, 56].contains(result.status))
            #expect(result.output.count == 1500)
        }
    }

    @Test("one bit of a reply is flipped, and the connection goes on")
    func corrupt() async throws {
        try await FaultyServer.with(Fault(on: "GET", .corruptReply(at: 1234))) { server in
            let result = try await server.curl(
                "-w", "%{num_connects}", "/bytes/3000", "/bytes/3000")
            var expected = [UInt8](repeating: 0, count: 3000)
            expected[1234] = 1
            expected += [UInt8(ascii: "1")] + [UInt8](repeating: 0, count: 3000)
            expected += [UInt8(ascii: "0")]
            #expect(result.output == expected)
            #expect(server.firedAt == ["GET /bytes/3000"])
        }
    }

    @Test("a reply is lost after the work was done")
    func loseReply() async throws {
        try await FaultyServer.with(Fault(on: "PUT", .loseReply)) { server in
            let result = try await server.curl("-X", "PUT", "/a", sending: [1, 2])
            #expect(result.status == 56)
            #expect(result.output.isEmpty)
            #expect(server.echo.committed == [[1, 2]])
            #expect(server.firedAt == ["PUT /a"])
        }
    }

    @Test(
        "an error's reply is let through, and the fault waits for one that is none",
        arguments: [
            Fault.Action.loseReply, .truncate(1), .dropAfterSending(1), .corruptReply(at: 1),
        ])
    func errorsPass(_ action: Fault.Action) async throws {
        try await FaultyServer.with(Fault(on: "GET", action)) { server in
            #expect(try await server.curl("/missing").stdout == "missing\n")
            #expect(server.plan.fired.isEmpty)
            let result = try await server.curl("/bytes/9")
            #expect(result.output != [UInt8](repeating: 0, count: 9))
            #expect(server.firedAt == ["GET /bytes/9"])
        }
    }

    @Test("a body is replaced, with its length")
    func replaceBody() async throws {
        let fault = Fault(on: "POST", .replaceBody(Array("{}".utf8)))
        try await FaultyServer.with(fault) { server in
            let result = try await server.curl("-i", "/a", sending: Array("a longer text".utf8))
            #expect(result.stdout.contains("Server: echo\r\n"))
            #expect(result.stdout.contains("Content-Length: 2\r\n"))
            #expect(result.stdout.hasSuffix("\r\n\r\n{}"))
            #expect(server.firedAt == ["POST /a"])
        }
    }

    @Test("headers are set and removed")
    func rewriteHeaders() async throws {
        let fault = Fault(on: "POST", .rewriteHeaders([.location: "/b", .server: nil]))
        try await FaultyServer.with(fault) { server in
            let result = try await server.curl("-i", "/a", sending: Array("text".utf8))
            #expect(result.stdout.contains("Location: /b\r\n"))
            #expect(!result.stdout.contains("Server:"))
            #expect(result.stdout.hasSuffix("\r\n\r\ntext"))
            #expect(server.firedAt == ["POST /a"])
        }
    }

    @Test("a HEAD request has no body to corrupt, but a reply to lose")
    func head() async throws {
        try await FaultyServer.with(
            Fault(on: "*", .corruptReply(at: 0)), Fault(on: "HEAD", skip: 0, .status(.forbidden))
        ) { server in
            let result = try await server.curl("-I", "/bytes/5")
            #expect(result.stdout.contains("Content-Length: 5\r\n"))
            #expect(server.plan.fired.isEmpty)
            #expect(try await server.curl("/bytes/1").output == [1])
            #expect(try await server.curl("-I", "/bytes/5").stdout.hasPrefix("HTTP/1.1 403"))
            #expect(server.firedAt == ["GET /bytes/1", "HEAD /bytes/5"])
        }
    }
}
