import TestSupport
import Testing

/// Registries that miss a blob that they have said to have.
@Suite(.serialized) struct ForgetfulRegistryTests {
    private let unknown = Fault.Action.status(
        404, body: errorDocument("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry"))

    @Test(arguments: [true, false])
    func blobsThatAreLostBeforeTheManifestAreSentAgain(fromArchive: Bool) async throws {
        let scene = try Scene()
        let registry = scene.registry
        // The registry loses everything just as the manifest arrives, and so refuses it.
        registry.inject(
            Fault(
                method: "PUT", pathContains: "/manifests/",
                .call { _ in
                    for blob in registry.blobs("team/app") { registry.loseBlob(blob) }
                }))
        let source = fromArchive ? scene.archive : try scene.layout()
        let result = try await scene.run(["push", source, scene.destination])
        scene.expectArrived(result, faults: 1)
        #expect(registry.blobs("team/app").count == 3)
        #expect(registry.requests.contains { $0.method == "PUT" && $0.status == 404 })
    }

    @Test func aLayerThatTheTagsPromisedButIsGoneIsSentAgain() async throws {
        let scene = try Scene()
        let first = try await scene.push()
        let layers = scene.registry.blobs("team/app")
        var next = scene.image
        next.layers.append(.compressible(5000, seed: 9))
        let file = try scene.program.file("next.tar", DockerArchive(next).bytes)
        let registry = scene.registry
        // Seen by HEAD, gone when the manifest comes.
        registry.inject(
            Fault(
                method: "PUT", pathContains: "/manifests/",
                .call { _ in for layer in layers { registry.loseBlob(layer) } }))
        let result = try await scene.run(["push", file, "\(scene.repository):next"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(scene.registry.tags("team/app")["next"] == result.firstLine)
        #expect(result.firstLine != first.firstLine)
        #expect(registry.firedFaults.count == 1)
        #expect(registry.blobs("team/app").count == 4)
    }

    @Test func aConfigurationThatTheTagPromisedButIsGoneIsSentAgain() async throws {
        let scene = try Scene()
        _ = try await scene.push()
        let registry = scene.registry
        let everything = registry.blobs("team/app")
        // The same image as another manifest: nothing is sent until the manifest is refused.
        registry.inject(
            Fault(
                method: "PUT", pathContains: "/manifests/",
                .call { _ in for blob in everything { registry.loseBlob(blob) } }))
        let result = try await scene.push("--format", "docker")
        scene.expectArrived(result, faults: 1)
        #expect(registry.blobs("team/app") == everything)
    }

    @Test func aPassingDoubtSendsNothingTwice() async throws {
        let scene = try Scene()
        scene.registry.inject(Fault(method: "PUT", pathContains: "/manifests/", unknown))
        scene.expectArrived(try await scene.push(), faults: 1)
        #expect(scene.registry.count(method: "PATCH") == 2)
    }

    @Test(arguments: [true, false])
    func aRegistryThatNeverKeepsBlobsBreaksTheProtocol(fromArchive: Bool) async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(method: "PUT", pathContains: "/manifests/", times: 100, unknown))
        let source = fromArchive ? scene.archive : try scene.layout()
        let result = try await scene.run(["push", source, scene.destination])
        scene.expectFailed(
            result, 76, says: "team/app", "does not keep", "-> 404", "MANIFEST_BLOB_UNKNOWN",
            faults: 3...3)
    }

    @Test func theChildrenOfAnIndexComeFirst() async throws {
        let scene = try Scene()
        try OCILayout.index(tag: "v").write(to: scene.program.home.file("index"))
        let result = try await scene.run(
            ["push", "oci:\(scene.program.home.file("index")):v", scene.destination])
        scene.expectArrived(result)
        let puts = scene.registry.requests.filter {
            $0.method == "PUT" && $0.path.contains("/manifests/")
        }
        #expect(puts.allSatisfy { $0.status == 201 })
        #expect(puts.last?.path.hasSuffix("/manifests/dev") == true)
    }
}
