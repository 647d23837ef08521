import Foundation
import TestSupport
import Testing

/// Sources that are corrupt, cut short or made to do harm, through the program.
@Suite(.serialized) struct HostileSourceTests {
    private func expectRefused(
        _ scene: Scene, _ result: ChildResult, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            [65, 66].contains(result.status), "\(name): \(result.status) \(result.stderr)",
            sourceLocation: sourceLocation)
        #expect(result.signal == nil, sourceLocation: sourceLocation)
        #expect(result.stdout.isEmpty, sourceLocation: sourceLocation)
        #expect(result.stderr.utf8.count < 4000, sourceLocation: sourceLocation)
        #expect(!result.stderr.contains("root:"), sourceLocation: sourceLocation)
        #expect(scene.tags.isEmpty, "\(name)", sourceLocation: sourceLocation)
        #expect(scene.registry.manifests("team/app").isEmpty, sourceLocation: sourceLocation)
        #expect(scene.registry.openUploads.isEmpty, "\(name)", sourceLocation: sourceLocation)
        #expect(
            !scene.registry.blobs("team/app").contains(passwords), sourceLocation: sourceLocation)
        expectError(result, says: [], sourceLocation: sourceLocation)
    }

    /// The digest of a file of this machine that hostile archives point at.
    private var passwords: String {
        Sha256.digest([UInt8]((try? Data(contentsOf: URL(filePath: "/etc/passwd"))) ?? Data()))
    }

    @Test(arguments: HostileArchive.allCases)
    func archive(_ kind: HostileArchive) async throws {
        let scene = try Scene()
        let bytes = try kind.bytes()
        let file = try scene.program.file("hostile.tar", bytes)
        let result = try await scene.run(
            ["push", "docker-archive:\(file)", scene.destination])
        expectRefused(scene, result, "\(kind)")
        #expect(result.status == 65)
    }

    @Test(arguments: [
        HostileArchive.truncatedLayer, .noise, .hugeManifest, .wrongDiffID, .deepManifest,
    ])
    func compressedArchive(_ kind: HostileArchive) async throws {
        let scene = try Scene()
        let file = try scene.program.file(
            "hostile.tgz", FixtureCompression.gzip.compress(kind.bytes()))
        expectRefused(scene, try await scene.run(["push", file, scene.destination]), "\(kind)")
    }

    @Test func anArchiveThatUnpacksToAGigabyteOfNothing() async throws {
        let scene = try Scene()
        let file = try scene.program.file("bomb.tgz", HostileArchive.bomb(megabytes: 1024))
        let result = try await scene.run(["push", "docker-archive:\(file)", scene.destination])
        expectRefused(scene, result, "bomb")
        #expect(scene.registry.writes.isEmpty)
    }

    @Test func aLayerBombNeedsNoMemory() async throws {
        let scene = try Scene()
        let file = try scene.program.file("bomb.tar", HostileArchive.bombLayer.bytes())
        // Address space is no measure of a program with threads; what it may fill is.
        let limited = ProgramCall(
            "/bin/sh",
            [
                "-c", "ulimit -d 400000 && exec \"$0\" \"$@\"", Program.path, "push", file,
                scene.destination,
            ], environment: ["HOME": scene.program.home.path])
        expectRefused(scene, try await ChildProcess.run(limited), "bomb")
    }

    @Test(arguments: [
        "truncated", "absent", "noise", "longer", "root absent", "root wrong", "deep index",
        "not an index", "no marker", "link",
    ])
    func layout(_ how: String) async throws {
        let scene = try Scene()
        var layout = try OCILayout.image(scene.image, tag: "v")
        let root = try #require(layout.roots.first?.digest)
        let types = Set(layout.manifests.map(\.digest))
        let blob = try #require(
            layout.blobs.filter { !types.contains($0.key) }.max { $0.value.count < $1.value.count })
        switch how {
        case "truncated": layout.replace(blob.key, with: Array(blob.value.dropLast(9)))
        case "absent", "link": layout.replace(blob.key, with: nil)
        case "noise": layout.replace(blob.key, with: FixtureContent.random(blob.value.count))
        case "longer": layout.replace(blob.key, with: blob.value + [0])
        case "root absent": layout.replace(root, with: nil)
        case "root wrong":
            layout.replace(root, with: (layout.blobs[root] ?? []) + [0x20])
        default: break
        }
        let folder = scene.program.home.file("bad")
        try layout.write(to: folder)
        let deep = String(repeating: "[", count: 100_000)
        switch how {
        case "deep index": try scene.program.home.write("bad/index.json", deep)
        case "not an index": try scene.program.home.write("bad/index.json", "<html>")
        case "no marker": try FileManager.default.removeItem(atPath: "\(folder)/oci-layout")
        case "link":
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/blobs/\(blob.key.replacing(":", with: "/"))",
                withDestinationPath: "/etc/passwd")
        default: break
        }
        let result = try await scene.run(["push", "oci:\(folder):v", scene.destination])
        expectRefused(scene, result, how)
        if !["link", "absent", "no marker", "root absent"].contains(how) {
            #expect(result.status == 65)
        }
    }

    @Test(arguments: ["missing.tar", "missing/layout"])
    func aSourceThatDoesNotExistIsNotFound(name: String) async throws {
        let scene = try Scene()
        for prefix in ["docker-archive:", "oci:", "oci-archive:"] {
            let result = try await scene.run(
                ["push", prefix + scene.program.home.file(name), scene.destination])
            #expect(result.status == 66, "\(prefix): \(result.stderr)")
            expectError(result, says: [name])
        }
        #expect(scene.registry.writes.isEmpty)
    }

    @Test func withoutAnEngineItsImagesAreOutOfReach() async throws {
        let scene = try Scene()
        let result = try await scene.run(
            ["push", "docker-daemon:app:1", scene.destination], nil,
            ["DOCKER_HOST": "unix://\(scene.program.home.file("no.sock"))"])
        #expect(result.status == 69, "\(result.stderr)")
        expectError(result, says: ["no Docker Engine answers", "no.sock", "DOCKER_HOST"])
        #expect(scene.registry.writes.isEmpty)
    }

    @Test func anAddressThatIsNoEngineIsAConfigurationError() async throws {
        let scene = try Scene()
        let result = try await scene.run(
            ["push", "docker-daemon:app:1", scene.destination], nil, ["DOCKER_HOST": "npipe:x"])
        #expect(result.status == 78, "\(result.stderr)")
        expectError(result, says: ["DOCKER_HOST"])
    }
}
