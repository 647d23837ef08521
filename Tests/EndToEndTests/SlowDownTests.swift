import Foundation
import TestSupport
import Testing

/// Registries that are busy or ill for a while, and proxies that bound what they let through.
@Suite(.serialized) struct SlowDownTests {
    private func httpDate(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }

    @Test func retryAfterInSecondsIsHonoured() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(method: "POST", .status(429, headers: ["Retry-After": "2"])))
        let result = try await scene.push()
        scene.expectArrived(result, faults: 1)
        #expect(result.seconds >= 2)
        #expect(result.stderr.contains("asks to slow down; trying again in 2.0 s"))
    }

    @Test func retryAfterAsADateIsHonoured() async throws {
        let scene = try Scene()
        // A date has whole seconds.
        let date = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 4).rounded(.down))
        scene.registry.inject(
            Fault(
                method: "PUT", pathContains: "/manifests/",
                .status(429, headers: ["Retry-After": httpDate(date)])))
        let result = try await scene.push()
        scene.expectArrived(result, faults: 1)
        #expect(result.stderr.contains("asks to slow down; trying again in"))
        #expect(Date() >= date)
    }

    @Test(arguments: [true, false])
    func aWaitBeyondRetryForIsRefusedAtOnce(inSeconds: Bool) async throws {
        let scene = try Scene()
        let inAnHour = httpDate(Date(timeIntervalSinceNow: 3600))
        scene.registry.inject(
            Fault(
                method: "POST", times: 100,
                .status(
                    429, headers: ["Retry-After": inSeconds ? "3600" : inAnHour],
                    body: errorDocument("TOOMANYREQUESTS", "slow down, ci"))))
        let result = try await scene.push("--retry-for", "30")
        scene.expectFailed(
            result, 75, says: "-> 429", "TOOMANYREQUESTS: slow down, ci", "--retry-for",
            inSeconds ? "wait 3600" : "wait 35")
        #expect(result.seconds < 25)
    }

    @Test(arguments: [500, 503])
    func aBurstOfErrorsIsRiddenOut(status: Int) async throws {
        let scene = try Scene()
        for (method, path) in [
            ("GET", "/v2/"), ("POST", "/blobs/uploads/"), ("PATCH", ""), ("PUT", "/blobs/"),
            ("PUT", "/manifests/"), ("GET", "/manifests/sha256"),
        ] {
            scene.registry.inject(Fault(method: method, pathContains: path, .status(status)))
        }
        let result = try await scene.push()
        scene.expectArrived(result, faults: 6)
        #expect(result.stderr.contains("trying again in"))
    }

    @Test(arguments: [("POST", ""), ("PATCH", ""), ("PUT", "/manifests/")])
    func anErrorThatStaysIsTemporary(method: String, path: String) async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: method, pathContains: path, times: 100,
                .status(503, body: Array("<html><h1>maintenance</h1></html>".utf8))))
        let result = try await scene.push("--retry-for", "1")
        scene.expectFailed(result, 75, says: "team/app", "-> 503", "maintenance")
    }

    @Test func aRegistryThatIsDownForMaintenanceIsTemporaryNotUnreachable() async throws {
        let scene = try Scene()
        scene.registry.inject(Fault(times: 100, .status(503)))
        for verb in [["push", scene.archive, scene.destination], ["tags", scene.repository]] {
            let result = try await scene.run(verb + ["--retry-for", "1"])
            scene.expectFailed(result, 75, says: "-> 503")
        }
    }

    @Test func readsRideOutABurstFromTheFirstRequest() async throws {
        let scene = try Scene()
        _ = try OCILayout.image().put(into: scene.registry, "team/app", tags: ["a"])
        scene.registry.inject(Fault(times: 2, .status(500)))
        let result = try await scene.run(["tags", scene.repository])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout == "a\n")
        #expect(scene.registry.firedFaults.count == 2)
    }

    @Test func aBodyTooLargeForTheProxyNamesTheWayOut() async throws {
        var quirks = RegistryQuirks()
        quirks.largestBody = 1_000_000
        let scene = try Scene(quirks: quirks)
        let layout = try scene.layout()
        let result = try await scene.run(["push", layout, scene.destination])
        scene.expectFailed(
            result, 77, says: "-> 413", "413 Request Entity Too Large", "--chunk-size",
            faults: 0...0)
        for source in [layout, scene.archive] {
            let chunked = try await scene.run(
                ["push", source, scene.destination, "--chunk-size", "1"])
            scene.expectArrived(chunked)
        }
        let bodies = scene.registry.requests.filter { $0.status == 202 || $0.status == 201 }
        #expect(bodies.allSatisfy { $0.bodySize <= 1_000_000 })
    }

    @Test func aStreamThatIsRefusedOnTheWayNamesTheWayOut() async throws {
        let scene = try Scene()
        let page = "<html><head><title>413 Request Entity Too Large</title></head></html>"
        scene.registry.inject(
            Fault(method: "PATCH", times: 100, .refuse(413, body: Array(page.utf8))))
        let result = try await scene.push()
        scene.expectFailed(
            result, 77, says: "-> 413", "413 Request Entity Too Large", "--chunk-size",
            faults: 1...2)
    }
}
