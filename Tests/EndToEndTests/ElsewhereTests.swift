import TestSupport
import Testing

/// Registries that lead to other hosts and other schemes.
@Suite(.serialized) struct ElsewhereTests {
    private let account = ["PUBLISHER_USERNAME": "ci", "PUBLISHER_PASSWORD": "pat"]
    private let basic = RegistryAuth.basic(user: "ci", password: "pat")

    @Test func anUploadOnAnotherHostGetsTheBytesWithoutCredentials() async throws {
        var quirks = RegistryQuirks()
        quirks.requiresContent = false
        let scene = try Scene(auth: basic, quirks: quirks)
        let storage = try ScriptedRegistry()
        let url = "http://\(storage.host)/v2/bucket/blobs/uploads"
        for id in 1...3 {
            try await ChildProcess.run(ProgramCall("curl", ["-sfX", "POST", "\(url)/"])).checked()
            scene.registry.inject(
                Fault(
                    method: "POST", pathContains: "/uploads/",
                    .rewriteHeader("Location", "\(url)/upload-\(id)?signature=5ig")))
        }
        storage.clearRequests()
        let layout = try scene.layout()
        let result = try await scene.run(["push", layout, scene.destination], nil, account)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(scene.tags == ["dev": result.firstLine])
        #expect(scene.registry.firedFaults.count == 3)
        #expect(storage.blobs("bucket").count == 3)
        #expect(storage.requests.allSatisfy { $0.headers["Authorization"] == nil })
        #expect(storage.requests.allSatisfy { $0.query.contains("signature=5ig") })
    }

    @Test func aBlobOnAnotherHostIsFetchedWithoutCredentials() async throws {
        let scene = try Scene()
        let source = try ScriptedRegistry(auth: basic)
        let storage = try ScriptedRegistry()
        let layout = try OCILayout.image(scene.image)
        layout.put(into: source, "team/app", tags: ["v"])
        layout.put(into: storage, "cdn", tags: [])
        for blob in source.blobs("team/app") {
            source.inject(
                Fault(
                    method: "GET", pathContains: blob, times: 100,
                    .status(
                        307,
                        headers: [
                            "Location": "http://\(storage.host)/v2/cdn/blobs/\(blob)?sig=5ig"
                        ])))
        }
        try scene.program.home.write(
            ".docker/config.json", #"{"auths":{"\#(source.host)":{"auth":"Y2k6cGF0"}}}"#)
        let result = try await scene.run(
            ["copy", "\(source.host)/team/app:v", scene.destination, "-v"])
        scene.expectArrived(result)
        #expect(Set(source.firedFaults.map(\.request.path)).count == 3)
        #expect(storage.requests.count == source.firedFaults.count)
        #expect(storage.requests.allSatisfy { $0.headers["Authorization"] == nil })
        #expect(!result.stderr.contains("5ig"))
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/1"])
    func anotherSchemeIsNotFollowed(target: String) async throws {
        let scene = try Scene()
        let source = try ScriptedRegistry()
        try OCILayout.image(scene.image).put(into: source, "team/app", tags: ["v"])
        source.inject(
            Fault(
                method: "GET", pathContains: "/blobs/", times: 100,
                .status(302, headers: ["Location": target])))
        let result = try await scene.run(["copy", "\(source.host)/team/app:v", scene.destination])
        #expect(result.status == 76, "\(result.stderr)")
        expectError(result, says: ["which is not HTTP", source.host])
        #expect(scene.tags.isEmpty && scene.registry.openUploads.isEmpty)
        #expect(!source.firedFaults.isEmpty)
    }

    @Test func anUploadAtAnotherSchemeIsRefused() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: "POST", times: 100, .rewriteHeader("Location", "file:///tmp/upload")))
        let result = try await scene.push()
        // The session that the registry opened cannot be named any more, and so not closed.
        #expect(result.status == 76, "\(result.stderr)")
        expectError(result, says: ["which is not HTTP", "nothing was sent there"])
        #expect(scene.tags.isEmpty)
        #expect(scene.registry.count(method: "PATCH") == 0)
    }

    @Test func anUploadWithoutALocationBreaksTheProtocol() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(method: "POST", times: 100, .rewriteHeader("Location", nil)))
        let result = try await scene.push()
        #expect(result.status == 76, "\(result.stderr)")
        expectError(result, says: ["without a Location", "team/app"])
        #expect(scene.tags.isEmpty)
    }

    @Test func circlesAreLeft() async throws {
        let scene = try Scene()
        let source = try ScriptedRegistry()
        try OCILayout.image(scene.image).put(into: source, "team/app", tags: ["v"])
        source.inject(
            Fault(
                method: "GET", pathContains: "/manifests/", times: 100,
                .status(302, headers: ["Location": "/v2/team/app/manifests/v"])))
        let result = try await scene.run(["copy", "\(source.host)/team/app:v", scene.destination])
        #expect(result.status == 76, "\(result.stderr)")
        expectError(result, says: ["redirects in circles"])
        #expect(source.firedFaults.count < 10)
    }

    @Test func writesAreNotRedirectedToAnotherHost() async throws {
        let scene = try Scene(auth: basic)
        let thief = try ScriptedRegistry()
        scene.registry.inject(
            Fault(
                method: "PUT", pathContains: "/manifests/", times: 100,
                .status(307, headers: ["Location": "http://\(thief.host)/v2/a/manifests/b"])))
        let result = try await scene.push(environment: account)
        scene.expectFailed(result, 76, says: "-> 307", faults: 1...1)
        #expect(thief.requests.isEmpty)
    }

    @Test func theNextPageOfTagsIsNotReadElsewhere() async throws {
        let scene = try Scene()
        let thief = try ScriptedRegistry()
        _ = try OCILayout.image().put(into: scene.registry, "team/app", tags: ["a"])
        scene.registry.inject(
            Fault(
                pathContains: "/tags/list",
                .rewriteHeader("Link", "<http://\(thief.host)/v2/team/app/tags/list>; rel=\"next\"")
            ))
        let result = try await scene.run(["tags", scene.repository])
        #expect(result.status == 76, "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        expectError(result, says: ["on another host"])
        #expect(thief.requests.isEmpty)
    }
}
