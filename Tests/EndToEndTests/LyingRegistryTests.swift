import TestSupport
import Testing

/// Registries that store or serve something other than what they were given or asked for.
@Suite(.serialized) struct LyingRegistryTests {
    private let other = "sha256:" + String(repeating: "0", count: 64)

    @Test func aManifestStoredUnderAnotherDigestMovesNoTag() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: "PUT", pathContains: "/manifests/",
                .rewriteHeader("Docker-Content-Digest", other)))
        let result = try await scene.push()
        scene.expectFailed(
            result, 76, says: "the registry stored \(other)", "team/app", faults: 1...1)
    }

    @Test func aBlobStoredUnderAnotherDigestMovesNoTag() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: "PUT", pathContains: "/uploads/", times: 100,
                .rewriteHeader("Docker-Content-Digest", other)))
        let result = try await scene.push()
        scene.expectFailed(result, 76, says: "the registry stored \(other)")
    }

    @Test func aManifestThatReadsBackDifferentMovesNoTag() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: "GET", pathContains: "/manifests/sha256", times: 100,
                .replaceBody(Array(#"{"schemaVersion":2}"#.utf8))))
        scene.expectFailed(try await scene.push(), 65, says: "team/app")
    }

    @Test func aManifestWithAFlippedBitMovesNoTag() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: "GET", pathContains: "/manifests/sha256", times: 100, .corruptResponse))
        scene.expectFailed(try await scene.push(), 65, says: "team/app")
    }

    @Test func aTagThatReadsBackDifferentIsAFailure() async throws {
        let scene = try Scene()
        let decoy = try OCILayout.image(.small(seed: 70))
        let root = try #require(decoy.roots.first)
        let bytes = try #require(decoy.blobs[root.digest])
        scene.registry.inject(
            Fault(
                method: "GET", pathContains: "/manifests/dev", skip: 1, times: 100,
                .replaceBody(bytes)))
        let result = try await scene.push()
        #expect(result.status == 65, "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        #expect(scene.registry.firedFaults.count == 1)
        expectError(result, says: ["\(scene.repository):dev", root.digest])
    }

    @Test func aTagThatSomeoneElseMovesMeanwhileIsAFailure() async throws {
        let scene = try Scene()
        let registry = scene.registry
        let decoy = try OCILayout.image(.small(seed: 70)).put(
            into: registry, "team/app", tags: ["else"])
        registry.inject(
            Fault(
                method: "GET", pathContains: "/manifests/dev", skip: 1,
                .call { _ in registry.setTag("team/app", "dev", to: decoy) }))
        let result = try await scene.push()
        #expect(result.status == 65, "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        expectError(
            result, says: ["reads back as \(decoy ?? "")", "someone else wrote at the same moment"])
    }

    @Test func aRegistryThatForgetsTheManifestIsAFailure() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: "GET", pathContains: "/manifests/sha256", times: 100,
                .status(404, body: errorDocument("MANIFEST_UNKNOWN", "gone"))))
        scene.expectFailed(try await scene.push(), 65, says: "reads back as nothing")
    }

    @Test func aBlobThatIsCorruptAtTheSourceIsNotCopied() async throws {
        let scene = try Scene()
        let source = try ScriptedRegistry()
        try OCILayout.image(scene.image).put(into: source, "team/app", tags: ["v"])
        source.inject(Fault(method: "GET", pathContains: "/blobs/", times: 100, .corruptResponse))
        let result = try await scene.run(["copy", "\(source.host)/team/app:v", scene.destination])
        scene.expectFailed(result, 65, says: "has digest sha256:", faults: 0...0)
        #expect(!source.firedFaults.isEmpty)
        #expect(scene.registry.manifests("team/app").isEmpty)
        #expect(scene.registry.blobs("team/app").isEmpty)
    }

    @Test func aManifestThatIsCorruptAtTheSourceIsNotCopied() async throws {
        let scene = try Scene()
        let source = try ScriptedRegistry()
        try OCILayout.image(scene.image).put(into: source, "team/app", tags: ["v"])
        source.inject(
            Fault(method: "GET", pathContains: "/manifests/", times: 100, .corruptResponse))
        let result = try await scene.run(["copy", "\(source.host)/team/app:v", scene.destination])
        #expect(result.status == 65, "\(result.stderr)")
        expectError(result, says: ["\(source.host)/team/app"])
        #expect(scene.registry.writes.isEmpty)
        #expect(!source.firedFaults.isEmpty)
    }

    @Test func aDigestThatTheSourceDoesNotHonourIsRefused() async throws {
        let scene = try Scene()
        let source = try ScriptedRegistry()
        let wanted = try OCILayout.image(scene.image).put(into: source, "team/app", tags: ["v"])
        let decoy = try OCILayout.image(.small(seed: 70))
        let root = try #require(decoy.roots.first)
        source.inject(
            Fault(
                method: "GET", pathContains: "/manifests/", times: 100,
                .replaceBody(try #require(decoy.blobs[root.digest]))))
        let result = try await scene.run(
            ["copy", "\(source.host)/team/app@\(wanted ?? "")", scene.destination])
        #expect(result.status == 65, "\(result.stderr)")
        expectError(result, says: ["served \(root.digest) when \(wanted ?? "")"])
        #expect(scene.registry.writes.isEmpty)
    }
}
