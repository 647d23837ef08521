import Foundation
import TestSupport
import Testing

/// Layouts and indexes that `buildah` has made, read back by `skopeo`: neither shares code with
/// the program, and no byte may differ.
@Suite(.needs(.buildah)) struct BuildahTests {
    private let registry: DockerRegistry
    private let program: Program

    init() async throws {
        registry = try await DockerRegistry()
        program = try Program()
    }

    @discardableResult
    private func buildah(_ arguments: String...) async throws -> String {
        let home = program.home
        let place = [
            "--storage-driver", "vfs", "--root", home.file("storage"),
            "--runroot", home.file("run"),
        ]
        let call = ProgramCall(
            "buildah", place + arguments,
            environment: ["BUILDAH_ISOLATION": "chroot", "HOME": home.path])
        return try await ChildProcess.run(call).checked().stdout
            .split(separator: "\n").last.map(String.init) ?? ""
    }

    /// Makes an image without a base and gives its ID.
    private func image(_ architecture: String, seed: UInt64) async throws -> String {
        let text = try program.file(
            "\(architecture).txt", FixtureContent.compressible(60_000, seed: seed))
        let noise = try program.file("noise.bin", FixtureContent.random(20_000, seed: seed))
        let container = try await buildah("from", "--arch", architecture, "scratch")
        try await buildah("copy", "--quiet", container, text, "/srv/text")
        try await buildah(
            "config", "--arch", architecture, "--label", "made.by=buildah", "--cmd", "/srv/text",
            container)
        let lower = try await buildah("commit", "--quiet", container)
        let next = try await buildah("from", "--arch", architecture, lower)
        try await buildah("copy", "--quiet", next, noise, "/srv/noise")
        return try await buildah("commit", "--quiet", "--rm", next)
    }

    /// Everything below a layout's `blobs`, by digest.
    private func blobs(_ layout: String) throws -> [String: [UInt8]] {
        let root = "\(layout)/blobs/sha256"
        return try FileManager.default.contentsOfDirectory(atPath: root).reduce(into: [:]) {
            $0[$1] = [UInt8](try Data(contentsOf: URL(filePath: "\(root)/\($1)")))
        }
    }

    private func root(_ layout: String) throws -> String {
        let index = try Data(contentsOf: URL(filePath: "\(layout)/index.json"))
        return try #require(try ManifestView(Array(index)).manifests?.first?.digest)
    }

    @Test(arguments: ["gzip", "zstd"])
    func anImageArrivesByteForByte(compression: String) async throws {
        let layout = program.home.file("layout")
        try await buildah(
            "push", "--quiet", "--compression-format", compression,
            try await image("amd64", seed: 1), "oci:\(layout):v1")
        for source in ["oci:\(layout):v1", layout] {
            let reference = "\(registry.host)/team/app:v1"
            let result = try await program.run("push", source, reference)
            try #require(result.status == 0, "\(result.stderr)")
            #expect(result.firstLine == (try root(layout)))
            #expect(try await Skopeo.inspect(reference).Digest == result.firstLine)
            let copy = program.home.file("copy")
            try await Skopeo.copy("\(registry.host)/team/app@\(result.firstLine)", toLayout: copy)
            #expect(try blobs(copy) == (try blobs(layout)))
        }
    }

    @Test func anIndexArrivesByteForByteAndOnePlatformCanBeChosen() async throws {
        let layout = program.home.file("layout")
        let archive = program.home.file("layout.tar")
        try await buildah("manifest", "create", "list")
        for (seed, architecture) in ["amd64", "arm64"].enumerated() {
            let image = try await image(architecture, seed: UInt64(seed))
            try await buildah("manifest", "add", "list", image)
        }
        try await buildah("manifest", "push", "--quiet", "--all", "list", "oci:\(layout):v1")
        try await buildah(
            "manifest", "push", "--quiet", "--all", "list", "oci-archive:\(archive):v1")

        let reference = "\(registry.host)/team/app:v1"
        for source in ["oci:\(layout):v1", "oci-archive:\(archive):v1"] {
            let result = try await program.run("push", source, reference)
            try #require(result.status == 0, "\(result.stderr)")
            #expect(result.firstLine == (try root(layout)))
        }
        let copy = program.home.file("copy")
        try await Skopeo.copy(reference, toLayout: copy)
        #expect(try blobs(copy) == (try blobs(layout)))

        let index = try ManifestView(try await Skopeo.raw(reference))
        #expect(index.manifests?.count == 2)
        let one = "\(registry.host)/team/arm:v1"
        let result = try await program.run(
            "push", "oci:\(layout):v1", one, "--platform", "linux/arm64")
        try #require(result.status == 0, "\(result.stderr)")
        let digests = index.manifests?.map(\.digest) ?? []
        #expect(digests.contains(result.firstLine))
        let inspection = try await Skopeo.inspect(one)
        #expect(inspection.Architecture == "arm64")
        #expect(inspection.Labels?["made.by"] == "buildah")
    }

    @Test func aDockerArchiveGivesTheImageThatItHolds() async throws {
        let archive = program.home.file("image.tar")
        let id = try await image("amd64", seed: 3)
        try await buildah("push", "--quiet", id, "docker-archive:\(archive):team/app:1")
        let reference = "\(registry.host)/team/app:1"
        let result = try await program.run("push", "docker-archive:\(archive)", reference)
        try #require(result.status == 0, "\(result.stderr)")
        // Whose content is right where skopeo, unpacking the layers, finds the same diffIDs.
        try await tool(
            "skopeo", "copy", "--quiet", "--src-tls-verify=false", "docker://\(reference)",
            "docker-archive:\(program.home.file("again.tar")):team/app:1")
        let ids = try await ["image.tar", "again.tar"].asyncMap { name in
            try await tool(
                "skopeo", "inspect", "--raw", "docker-archive:\(program.home.file(name))")
        }
        let views = try ids.map { try ManifestView(Array($0.utf8)) }
        #expect(views[0].config?.digest == views[1].config?.digest)
        #expect(views[0].layers?.map(\.digest) == views[1].layers?.map(\.digest))
    }
}

extension Array {
    fileprivate func asyncMap<Result>(
        _ transform: (Element) async throws -> Result
    ) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
