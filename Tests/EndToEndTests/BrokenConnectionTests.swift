import TestSupport
import Testing

/// Connections that break, at every place where it hurts.
@Suite(.serialized) struct BrokenConnectionTests {
    @Test(arguments: [0, 1, 700_000])
    func aLayerThatBreaksOffStartsANewUpload(bytes: Int) async throws {
        let scene = try Scene()
        let whole = try Scene()
        scene.registry.inject(Fault(method: "PATCH", .dropAfterReceiving(bytes)))
        let result = try await scene.push()
        scene.expectArrived(result, faults: 1)
        let patches = scene.registry.requests.filter { $0.method == "PATCH" }
        #expect(patches.count == 3)
        #expect(Set(patches.map(\.path)).count == 3)
        #expect(patches.allSatisfy { $0.headers["Content-Range"] == nil })
        // What arrives is what arrives without a fault.
        #expect(try await whole.push().stdout == result.stdout)
    }

    @Test func aBlobOfKnownSizeThatBreaksOffStartsANewUpload() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(method: "PUT", pathContains: "/uploads/", .dropAfterReceiving(50_000)))
        let layout = try scene.layout()
        scene.expectArrived(
            try await scene.run(["push", layout, scene.destination, "--parallel", "1"]), faults: 1)
        #expect(scene.registry.count(method: "DELETE") == 1)
    }

    @Test func aChunkThatBreaksOffStartsANewUpload() async throws {
        let scene = try Scene()
        scene.registry.inject(Fault(method: "PATCH", skip: 1, .dropAfterReceiving(9000)))
        scene.expectArrived(
            try await scene.push("--chunk-size", "1", "--parallel", "1"), faults: 1)
    }

    @Test func aConnectionThatAlwaysBreaksIsTemporary() async throws {
        let scene = try Scene()
        scene.registry.inject(Fault(method: "PATCH", times: 100, .dropAfterReceiving(1000)))
        let result = try await scene.push("--retry-for", "1")
        scene.expectFailed(result, 75, says: "team/app", "broke", "PATCH http://")
    }

    @Test func aLayerWhoseCommitWasNotAnsweredIsNotSentAgain() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(method: "PUT", pathContains: "/uploads/", queryContains: "digest", .loseReply))
        let result = try await scene.push()
        scene.expectArrived(result, faults: 1)
        #expect(scene.registry.count(method: "PATCH") == 2)
    }

    @Test func aBlobWhoseCommitWasNotAnsweredIsNotSentAgain() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(method: "PUT", pathContains: "/uploads/", queryContains: "digest", .loseReply))
        let result = try await scene.run(["push", try scene.layout(), scene.destination])
        scene.expectArrived(result, faults: 1)
        #expect(scene.registry.count(method: "PUT", pathContains: "/uploads/") == 3)
    }

    @Test(arguments: ["/manifests/sha256", "/manifests/dev"])
    func aManifestWhoseReplyWasLostIsPutAgain(path: String) async throws {
        let scene = try Scene()
        scene.registry.inject(Fault(method: "PUT", pathContains: path, .loseReply))
        scene.expectArrived(try await scene.push(), faults: 1)
    }

    @Test(arguments: ["/manifests/sha256", "/manifests/dev"])
    func aTruncatedManifestIsReadAgain(path: String) async throws {
        let scene = try Scene()
        // The first look at the tag finds nothing: the fault is for the reading back.
        scene.registry.inject(
            Fault(
                method: "GET", pathContains: path, skip: path.hasSuffix("dev") ? 1 : 0,
                .dropAfterSending(20)))
        scene.expectArrived(try await scene.push(), faults: 1)
    }

    @Test func aBlobThatIsTruncatedOnceIsCopiedWhole() async throws {
        let scene = try Scene()
        let source = try ScriptedRegistry()
        try OCILayout.image(scene.image).put(into: source, "team/app", tags: ["v"])
        source.inject(
            Fault(method: "GET", pathContains: "/blobs/", times: 2, .dropAfterSending(99)))
        let result = try await scene.run(["copy", "\(source.host)/team/app:v", scene.destination])
        scene.expectArrived(result)
        #expect(source.firedFaults.count == 2)
        #expect(result.firstLine == source.tag("team/app", "v"))
    }

    @Test func nobodyListensIsUnreachable() async throws {
        let scene = try Scene()
        scene.registry.stop()
        let result = try await scene.push("--retry-for", "1")
        #expect(result.status == 69, "\(result.stderr)")
        expectError(result, says: [scene.registry.host, "no connection"])
    }

    @Test func aNameThatDoesNotResolveIsUnreachable() async throws {
        let scene = try Scene()
        let result = try await scene.run(
            ["push", scene.archive, "registry.invalid/team/app:dev", "--retry-for", "0"])
        #expect(result.status == 69, "\(result.stderr)")
        expectError(result, says: ["registry.invalid", "cannot be resolved", "DNS"])
    }

    @Test func aRegistryThatFallsSilentIsGivenUp() async throws {
        let scene = try Scene()
        scene.registry.inject(Fault(method: "POST", times: 100, .delay(20)))
        let result = try await scene.push("--stall-timeout", "2", "--retry-for", "0")
        #expect(result.status == 75, "\(result.stderr)")
        expectError(result, says: ["stopped answering", "--stall-timeout"])
        #expect(scene.tags.isEmpty)
        #expect(!scene.registry.firedFaults.isEmpty)
    }
}
