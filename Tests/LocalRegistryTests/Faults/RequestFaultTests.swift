import HTTPTypes
import LocalRegistry
import Synchronization
import TestSupport
import Testing

@Suite("Faults before and while a request is read")
struct RequestFaultTests {
    static let data = [UInt8](repeating: 7, count: 300_000)

    @Test("a status is replied instead of the work, and the connection goes on")
    func status() async throws {
        let fault = Fault(
            on: "POST /v2/**",
            .status(.serviceUnavailable, headers: [.retryAfter: "1"], body: Array("busy".utf8)))
        try await FaultyServer.with(fault) { server in
            let result = try await server.curl(
                "-i", "-w", "\n%{num_connects}\n", "/v2/a", "/v2/b", sending: Self.data)
            let text = String(decoding: result.output.prefix(200), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 503"))
            #expect(text.contains("Retry-After: 1\r\n"))
            #expect(text.contains("\r\n\r\nbusy\n1\nHTTP/1.1 200"))
            #expect(result.stdout.hasSuffix("\n0\n"))
            #expect(server.echo.committed == [Self.data])
            #expect(server.firedAt == ["POST /v2/a"])
        }
    }

    @Test("a refusal is replied before the body was read, then the connection ends")
    func refuse() async throws {
        try await FaultyServer.with(
            Fault(on: "POST", .refuse(.contentTooLarge, body: Array("too much".utf8)))
        ) { server in
            // More than the sockets hold, so that the client is still sending.
            let data = [UInt8](repeating: 1, count: 40_000_000)
            let result = try await server.curl("-i", "/v2/a", sending: data)
            #expect(result.stdout.hasPrefix("HTTP/1.1 413"))
            #expect(result.stdout.contains("Connection: close\r\n"))
            #expect(result.stdout.hasSuffix("too much"))
            #expect(server.echo.committed.isEmpty)
            #expect(server.firedAt == ["POST /v2/a"])
        }
    }

    @Test("a connection is reset while its request's body is read, and nothing is done")
    func dropAfterReceiving() async throws {
        let fault = Fault(on: "PATCH", .dropAfterReceiving(100_000))
        try await FaultyServer.with(fault) { server in
            let small = try await server.curl("-X", "PATCH", "/small", sending: [1, 2, 3])
            #expect(small.output == [1, 2, 3])
            #expect(server.plan.fired.isEmpty)
            let large = try await server.curl("-X", "PATCH", "/large", sending: Self.data)
            #expect(large.output.isEmpty)
            #expect([55, 56].contains(large.status))
            #expect(server.echo.failures == 1)
            #expect(server.echo.committed == [[1, 2, 3]])
            #expect(server.firedAt == ["PATCH /large"])
            let again = try await server.curl("-X", "PATCH", "/large", sending: Self.data)
            #expect(again.output == Self.data)
        }
    }

    @Test("a connection is reset before anything was read of its request's body")
    func dropAtOnce() async throws {
        try await FaultyServer.with(Fault(on: "GET", .dropAfterReceiving(0))) { server in
            let result = try await server.curl("/a")
            #expect(result.status == 56)
            #expect(server.echo.committed.isEmpty)
            #expect(server.firedAt == ["GET /a"])
        }
    }

    @Test("a byte of the request's body is corrupted")
    func corruptRequest() async throws {
        try await FaultyServer.with(
            Fault(on: "PUT", .corruptRequest(at: 200_000))
        ) { server in
            _ = try await server.curl("-X", "PUT", "/short", sending: [1])
            #expect(server.plan.fired.isEmpty)
            _ = try await server.curl("-X", "PUT", "/long", sending: Self.data)
            var corrupt = Self.data
            corrupt[200_000] ^= 1
            #expect(server.echo.committed == [[1], corrupt])
            #expect(server.firedAt == ["PUT /long"])
        }
    }

    @Test("a delay comes before the work")
    func delay() async throws {
        try await FaultyServer.with(Fault(on: "GET", .delay(.milliseconds(300)))) { server in
            let result = try await server.curl("-w", "%{time_total}", "/a")
            #expect(try #require(Double(result.stdout)) >= 0.3)
            #expect(server.firedAt == ["GET /a"])
        }
    }

    @Test("tokens are forgotten before the work")
    func expireTokens() async throws {
        try await FaultyServer.with(Fault(on: "GET", .expireTokens)) { server in
            let result = try await server.curl("/a", "/b")
            #expect(result.status == 0)
            #expect(server.echo.expiries == 1)
            #expect(server.echo.committed.count == 2)
            #expect(server.firedAt == ["GET /a"])
        }
    }

    @Test("a test is called with the request's head")
    func call() async throws {
        let seen = Mutex<[String]>([])
        let fault = Fault(on: "GET", .call { head in seen.withLock { $0.append(head.path ?? "") } })
        try await FaultyServer.with(fault) { server in
            _ = try await server.curl("/a?b=c")
            #expect(seen.withLock { $0 } == ["/a?b=c"])
            #expect(server.firedAt == ["GET /a"])
        }
    }

    @Test("bodies are slowed down in both directions")
    func throttle() async throws {
        let fault = Fault(on: "POST", .throttle(bytesPerSecond: 1_000_000))
        try await FaultyServer.with(fault) { server in
            let start = ContinuousClock.now
            let result = try await server.curl("/a", sending: Self.data)
            #expect(ContinuousClock.now - start >= .milliseconds(580))
            #expect(result.output == Self.data)
            #expect(server.firedAt == ["POST /a"])
        }
    }
}
