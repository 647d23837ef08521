import TestSupport
import Testing

/// `publisher copy`: byte for byte, from registries and layouts to registries and layouts.
@Suite(.serialized) struct CopyTests {
    private let source: ScriptedRegistry
    private let scene: Scene
    private let index: OCILayout
    private let root: String

    init() throws {
        source = try ScriptedRegistry()
        scene = try Scene()
        index = try OCILayout.index(tag: "v")
        root = index.put(into: source, "team/app", tags: ["v"]) ?? ""
    }

    private var from: String { "\(source.host)/team/app" }

    private func expectSame(_ registry: ScriptedRegistry, _ repository: String) {
        for (digest, bytes) in index.blobs {
            let isManifest = index.manifests.contains { $0.digest == digest }
            #expect(
                (isManifest ? registry.manifest(repository, digest) : registry.blob(digest))
                    == bytes)
        }
    }

    @Test func anIndexWithAttestationsArrivesByteForByte() async throws {
        let result = try await scene.run(["copy", "\(from):v", scene.destination, "-t", "again"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout == root + "\n")
        #expect(scene.tags == ["dev": root, "again": root])
        #expect(scene.registry.manifests("team/app").count == 5)
        expectSame(scene.registry, "team/app")
    }

    @Test func withoutATagTheSourcesIsKept() async throws {
        let result = try await scene.run(["copy", "\(from):v", scene.repository])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(scene.tags == ["v": root])
        let none = try await scene.run(["copy", "\(from)@\(root)", scene.repository])
        #expect(none.status == 64, "\(none.stderr)")
        expectError(none, says: ["no tag is given", "--tag"])
    }

    @Test func aCopyOfACopyWritesNothing() async throws {
        _ = try await scene.run(["copy", "\(from):v", scene.destination])
        scene.registry.clearRequests()
        let result = try await scene.run(["copy", "\(from):v", scene.destination])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(scene.registry.writes.isEmpty)
    }

    @Test func withinARegistryNoBlobTravels() async throws {
        let result = try await scene.run(["copy", "\(from):v", "\(source.host)/team/other:v"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(source.tags("team/other") == ["v": root])
        #expect(source.count(method: "PATCH") == 0)
        #expect(source.count(method: "PUT", pathContains: "/blobs/") == 0)
        #expect(source.count(method: "GET", pathContains: "/blobs/") <= 2)
        expectSame(source, "team/other")
    }

    @Test func oneOfManyPlatforms() async throws {
        let result = try await scene.run(
            ["copy", "\(from):v", scene.destination, "--platform", "linux/arm64"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.firstLine != root)
        #expect(scene.tags == ["dev": result.firstLine])
        #expect(scene.registry.manifests("team/app") == [result.firstLine])
        let pushed = try await scene.run(
            ["copy", "\(from):v", scene.destination, "--platform", "windows/amd64"])
        #expect(pushed.status == 66, "\(pushed.stderr)")
        expectError(pushed, says: ["linux/amd64, linux/arm64"])
    }

    @Test func allTagsComeAlong() async throws {
        let other = try OCILayout.image(.small(seed: 40)).put(
            into: source, "team/app", tags: ["w", "x"])
        let result = try await scene.run(["copy", from, scene.repository, "--all-tags"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(scene.tags == ["v": root, "w": other, "x": other])
        #expect(result.stdout.split(separator: "\n").count == 3)
    }

    @Test func toALayoutAndBack() async throws {
        let folder = scene.program.home.file("backup")
        let out = try await scene.run(["copy", "\(from):v", "oci:\(folder)"])
        #expect(out.status == 0, "\(out.stderr)")
        #expect(out.stdout == root + "\n")
        let back = try await scene.run(["copy", "oci:\(folder):v", scene.destination])
        #expect(back.status == 0, "\(back.stderr)")
        #expect(scene.tags == ["dev": root])
        expectSame(scene.registry, "team/app")
        let digest = try await scene.run(["digest", "oci:\(folder):v"])
        #expect(digest.stdout == root + "\n")
    }

    @Test func aLayoutWithAFaultOnTheWayIsWholeInTheEnd() async throws {
        source.inject(
            Fault(method: "GET", pathContains: "/blobs/", times: 2, .dropAfterSending(10)))
        let folder = scene.program.home.file("backup")
        let out = try await scene.run(["copy", "\(from):v", "oci:\(folder)"])
        #expect(out.status == 0, "\(out.stderr)")
        #expect(source.firedFaults.count == 2)
        #expect(try await scene.run(["digest", "oci:\(folder):v"]).stdout == root + "\n")
    }

    @Test func theTimeForRetriesHoldsForLayoutsToo() async throws {
        source.inject(Fault(method: "GET", pathContains: "/blobs/", times: 100, .status(503)))
        let folder = scene.program.home.file("backup")
        let out = try await scene.run(
            ["copy", "\(from):v", "oci:\(folder)", "--retry-for", "0", "--parallel", "1"])
        #expect(out.status == 75, "\(out.stderr)")
        #expect(source.firedFaults.count == 1)
    }

    @Test func anArchiveOfDockersIsNothingToCopy() async throws {
        let result = try await scene.run(["copy", scene.archive, scene.destination])
        #expect(result.status == 64, "\(result.stderr)")
        expectError(result, says: ["publisher push"])
    }
}
