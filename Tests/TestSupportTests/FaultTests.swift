import TestSupport
import Testing

@Suite struct FaultTests {
    let registry: ScriptedRegistry
    let blob = FixtureContent.random(100_000)
    var digest: String { Sha256.digest(blob) }
    var blobPath: String { "/v2/a/blobs/\(digest)" }
    var uploadPath: String { "/v2/a/blobs/uploads/?digest=\(digest)" }

    init() throws { registry = try ScriptedRegistry() }

    @Test func statusStrikesAfterSkippingAndOnlySoOften() async throws {
        registry.inject(
            Fault(method: "GET", skip: 1, times: 2, .status(429, headers: ["Retry-After": "7"])))
        var statuses: [Int] = []
        for _ in 0..<4 { statuses.append(try await curl(registry, "GET", "/v2/").status) }
        #expect(statuses == [200, 429, 429, 200])
        #expect(registry.firedFaults.count == 2)
        #expect(registry.requests.map(\.status) == [200, 429, 429, 200])
    }

    @Test func onlyRequestsThatFitAreStruck() async throws {
        registry.inject(Fault(method: "HEAD", .status(500)))
        registry.inject(Fault(pathContains: "/tags/", .status(501)))
        registry.inject(Fault(queryContains: "mount=", .status(502)))
        #expect(try await curl(registry, "GET", "/v2/").status == 200)
        let mount = "/v2/a/blobs/uploads/?mount=x"
        #expect(try await curl(registry, "POST", mount).status == 502)
        #expect(try await curl(registry, "GET", "/v2/a/tags/list").status == 501)
        #expect(registry.firedFaults.map(\.request.method) == ["POST", "GET"])
    }

    @Test func refusalComesBeforeTheBodysEnd() async throws {
        registry.inject(Fault(method: "POST", .refuse(403)))
        let large = FixtureContent.random(5_000_000)
        let reply = try await curl(registry, "POST", uploadPath, body: large, "-H", "Expect:")
        #expect(reply.status == 403)
        #expect(registry.requests.first?.bodySize == 0)
    }

    @Test func delayAndThrottleTakeTime() async throws {
        let clock = ContinuousClock()
        registry.inject(Fault(method: "GET", .delay(0.5)))
        let delay = try await clock.measure { _ = try await curl(registry, "GET", "/v2/") }
        #expect(delay > .milliseconds(500))
        registry.inject(Fault(method: "POST", .throttle(bytesPerSecond: 200_000)))
        let slow = try await clock.measure {
            _ = try await curl(registry, "POST", uploadPath, body: blob)
        }
        #expect(registry.blob(digest) == blob)
        #expect(slow > .milliseconds(450))
        #expect(registry.firedFaults.count == 2)
    }

    @Test func dropsAfterReceiving() async throws {
        registry.inject(Fault(method: "POST", .dropAfterReceiving(10_000)))
        let reply = try await curl(registry, "POST", uploadPath, body: blob)
        #expect([52, 55, 56].contains(reply.exit))
        #expect(registry.requests.first?.bodySize == 10_000)
        #expect(registry.requests.first?.status == nil)
        #expect(registry.blob(digest) == nil)
    }

    @Test func dropsAfterSending() async throws {
        registry.put(blob: blob, in: "a")
        registry.inject(Fault(method: "GET", .dropAfterSending(5_000)))
        let reply = try await curl(registry, "GET", blobPath)
        #expect(reply.exit == 18)
        #expect(reply.body.count == 5_000)
    }

    @Test func losesTheReplyOfWorkThatWasDone() async throws {
        registry.inject(Fault(method: "POST", .loseReply))
        let reply = try await curl(registry, "POST", uploadPath, body: blob)
        #expect([52, 56].contains(reply.exit))
        #expect(registry.blob(digest) == blob)
        #expect(registry.requests.first?.status == nil)
    }

    @Test func spoilsReplies() async throws {
        registry.put(blob: blob, in: "a")
        registry.inject(Fault(method: "GET", .corruptResponse))
        registry.inject(Fault(method: "GET", .replaceBody([1, 2, 3])))
        registry.inject(Fault(method: "GET", .rewriteHeader("Docker-Content-Digest", "sha256:0")))
        let corrupt = try await curl(registry, "GET", blobPath)
        #expect(zip(corrupt.body, blob).filter { $0 != $1 }.count == 1)
        #expect(try await curl(registry, "GET", blobPath).body == [1, 2, 3])
        let renamed = try await curl(registry, "GET", blobPath)
        #expect(renamed.header("Docker-Content-Digest") == "sha256:0")
        #expect(renamed.body == blob)
    }

    @Test func expiresTokensMidway() async throws {
        let auth = TokenAuth(user: "u", password: "p")
        let guarded = try ScriptedRegistry(auth: .token(auth))
        _ = try await curl(guarded, "GET", "/token?scope=repository:a:pull", "-u", "u:p")
        guarded.inject(Fault(method: "GET", skip: 1, .expireTokens))
        let bearer = "Authorization: Bearer scripted-token-1"
        let path = "/v2/a/tags/list"
        #expect(try await curl(guarded, "GET", path, "-H", bearer).status == 404)
        #expect(try await curl(guarded, "GET", path, "-H", bearer).status == 401)
    }

    @Test func rewritesChallengesToo() async throws {
        let guarded = try ScriptedRegistry(auth: .token(TokenAuth(user: "u", password: "p")))
        let realm = #"Bearer realm="http://elsewhere.invalid/token""#
        guarded.inject(Fault(.rewriteHeader("WWW-Authenticate", realm)))
        let reply = try await curl(guarded, "GET", "/v2/")
        #expect(reply.status == 401)
        #expect(reply.header("WWW-Authenticate") == realm)
        #expect(guarded.requests.first?.status == 401)
    }

    @Test func callsTheTestInTheMiddle() async throws {
        let root = try OCILayout.image().put(into: registry, "a", tags: [])
        registry.inject(
            Fault(
                method: "GET", pathContains: "/tags/",
                .call { [weak registry] request in
                    #expect(request.path == "/v2/a/tags/list")
                    registry?.setTag("a", "moved", to: root)
                }))
        let reply = try await curl(registry, "GET", "/v2/a/tags/list")
        #expect(reply.text.contains("moved"))
        #expect(registry.firedFaults.count == 1)
    }

    @Test func showsRequestsUnderWay() async throws {
        registry.inject(Fault(method: "GET", .delay(30)))
        let call = ProgramCall("curl", ["-s", "http://\(registry.host)/v2/"])
        let child = try ChildProcess(call)
        #expect(await registry.waitForRequests(method: "GET", pathContains: "/v2/"))
        #expect(registry.requests.first?.status == nil)
        child.signal(15)
        #expect(try await child.wait().signal == 15)
    }
}
