import HTTPTypes
import TestSupport
import Testing

@testable import OCIRegistry

@Suite struct CurlTransportTests {
    private let registry: ScriptedRegistry
    private let transport = CurlTransport()
    private let blob = FixtureContent.random(3_000_000)

    init() throws { registry = try ScriptedRegistry() }

    private func request(
        _ method: HTTPRequest.Method, _ path: String, _ body: TransportRequest.Body = .none,
        _ delivery: TransportRequest.Delivery = .collect(limit: 4 << 20)
    ) -> TransportRequest {
        TransportRequest(
            HTTPRequest(method: method, scheme: "http", authority: registry.host, path: path),
            body: body, delivery: delivery)
    }

    private func upload(_ body: TransportRequest.Body) async throws -> TransportResponse {
        try await transport.send(
            request(.post, "/v2/a/blobs/uploads/?digest=\(SHA2.digest(of: blob))", body))
    }

    @Test func sendsBytesAndStreamsOfKnownAndUnknownLength() async throws {
        let bodies: [TransportRequest.Body] = [
            .bytes(blob), .stream(MemoryReader(blob), length: Int64(blob.count)),
            .stream(MemoryReader(blob), length: nil),
        ]
        for body in bodies {
            #expect(try await upload(body).status == 201)
            #expect(registry.requests.last?.bodySize == blob.count)
        }
        #expect(registry.blob("\(SHA2.digest(of: blob))") == blob)
        #expect(transport.statistics.requests == ["POST": 3])
        #expect(transport.statistics.bytesSent == Int64(3 * blob.count))
    }

    @Test func reusesConnections() async throws {
        for _ in 0..<5 { _ = try await transport.send(request(.get, "/v2/")) }
        #expect(Set(registry.requests.map(\.connection)).count == 1)
    }

    @Test(arguments: [16, 33])
    func aHostGetsSoManyRequestsAtATime(_ perHost: Int) async throws {
        var configuration = CurlTransport.Configuration()
        configuration.perHost = perHost
        let transport = CurlTransport(configuration: configuration)
        registry.inject(Fault(times: 40, .delay(0.1)))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 {
                group.addTask { try await transport.send(request(.get, "/v2/")).status }
            }
            for try await status in group { #expect(status == 200) }
        }
        #expect(registry.requests.count == 40)
        #expect(Set(registry.requests.map(\.connection)).count == perHost)
    }

    @Test func whatWaitsForItsTurnCanBeCancelled() async throws {
        let perHost = CurlTransport.Configuration().perHost
        registry.inject(Fault(times: perHost + 4, .delay(20)))
        let requests = (0..<perHost + 4).map { _ in
            Task { try await transport.send(request(.get, "/v2/")).status }
        }
        #expect(await registry.waitForRequests(perHost))
        for request in requests { request.cancel() }
        for request in requests {
            await #expect(throws: CancellationError.self) { try await request.value }
        }
        registry.clearFaults()
        #expect(try await transport.send(request(.get, "/v2/")).status == 200)
    }

    @Test func streamsAndCollectsResponses() async throws {
        let digest = registry.put(blob: blob, in: "a")
        let path = "/v2/a/blobs/\(digest)"
        #expect(try await transport.send(request(.get, path)).body == blob)
        let streamed = try await transport.send(request(.get, path, .none, .stream))
        let reader = try #require(streamed.stream)
        #expect(try await reader.collect(limit: 4 << 20, what: "the blob") == blob)
    }

    @Test func boundsBodies() async throws {
        let digest = registry.put(blob: blob, in: "a")
        let error = await #expect(throws: OCIError.self) {
            _ = try await transport.send(
                request(.get, "/v2/a/blobs/\(digest)", .none, .collect(limit: 1000)))
        }
        #expect(error?.kind == .badData)
        // Of an error's body the beginning is enough.
        let body = [UInt8](repeating: 0x61, count: 1 << 20)
        registry.inject(Fault(method: "GET", .status(500, headers: [:], body: body)))
        let failed = try await transport.send(request(.get, "/v2/", .none, .stream))
        #expect(failed.status == 500)
        #expect(failed.body.count == TransportRequest.errorLimit)
    }

    @Test func abandonedStreamEndsTheTransfer() async throws {
        let digest = registry.put(blob: blob, in: "a")
        registry.inject(Fault(method: "GET", .throttle(bytesPerSecond: 20_000)))
        do {
            let response = try await transport.send(
                request(.get, "/v2/a/blobs/\(digest)", .none, .stream))
            let reader = try #require(response.stream)
            #expect(try await reader.read()?.isEmpty == false)
        }
        // The transport is free at once, not when the slow transfer would have ended.
        let clock = ContinuousClock()
        let time = try await clock.measure { _ = try await transport.send(request(.get, "/v2/")) }
        #expect(time < .seconds(30))
    }

    @Test func cancellationEndsARequest() async throws {
        registry.inject(Fault(method: "GET", .delay(120)))
        let transport = transport
        let request = request(.get, "/v2/")
        let task = Task { try await transport.send(request) }
        #expect(
            await registry.waitForRequests(1, method: "GET", pathContains: "/v2/", seconds: 60))
        let clock = ContinuousClock()
        let time = await clock.measure {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(time < .seconds(60))
    }

    @Test func bodySourceFailureIsTheRequestsFailure() async throws {
        struct Broken: Error {}
        actor Failing: ByteReader {
            var left = 2
            func read() throws -> [UInt8]? {
                left -= 1
                if left == 0 { throw Broken() }
                return [1, 2, 3]
            }
        }
        await #expect(throws: Broken.self) {
            _ = try await upload(.stream(Failing(), length: nil))
        }
        #expect(registry.blobs("a").isEmpty)
    }

    @Test func brokenConnectionsArePassing() async throws {
        for action in [Fault.Action.dropAfterReceiving(10_000), .loseReply] {
            registry.inject(Fault(method: "POST", action))
            let error = await #expect(throws: OCIError.self) { _ = try await upload(.bytes(blob)) }
            #expect(error?.kind == .temporary)
        }
        let digest = registry.put(blob: blob, in: "a")
        registry.inject(Fault(method: "GET", .dropAfterSending(1000)))
        let truncated = await #expect(throws: OCIError.self) {
            _ = try await transport.send(request(.get, "/v2/a/blobs/\(digest)"))
        }
        #expect(truncated?.kind == .temporary)
        #expect(registry.firedFaults.count == 3)
    }

    @Test func earlyRefusalIsReported() async throws {
        registry.inject(Fault(method: "POST", .refuse(413)))
        let response = try await upload(.stream(MemoryReader(blob), length: nil))
        #expect(response.status == 413)
    }

    @Test func unreachableServers() async throws {
        let port = try freePort()
        let nobody = TransportRequest(
            HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: "/"))
        let refused = await #expect(throws: OCIError.self) { _ = try await transport.send(nobody) }
        #expect(refused?.kind == .unreachable)
        let nowhere = TransportRequest(
            HTTPRequest(method: .get, scheme: "http", authority: "registry.invalid", path: "/"))
        let unknown = await #expect(throws: OCIError.self) { _ = try await transport.send(nowhere) }
        #expect(unknown?.kind == .unreachable)
    }

    @Test func stalledTransfersAreGivenUp() async throws {
        var configuration = CurlTransport.Configuration()
        configuration.stallTimeout = 1
        let impatient = CurlTransport(configuration: configuration)
        registry.inject(Fault(method: "GET", .delay(30)))
        let error = await #expect(throws: OCIError.self) {
            _ = try await impatient.send(request(.get, "/v2/"))
        }
        #expect(error?.kind == .temporary)
    }
}
