import TestSupport
import Testing

@Suite struct SkopeoTests {
    let registry: ScriptedRegistry
    let folder: TemporaryFolder

    init() throws {
        registry = try ScriptedRegistry()
        folder = try TemporaryFolder()
    }

    @Test(arguments: ["image", "index"])
    func copiesLayoutsThereAndBack(kind: String) async throws {
        let layout = try kind == "image" ? OCILayout.image() : OCILayout.index()
        try layout.write(to: folder.file("in"))
        try await run(
            "skopeo", "copy", "-q", "--all", "--dest-tls-verify=false",
            "oci:\(folder.file("in")):latest", docker(registry, "a/b:t"))
        let root = try #require(layout.roots.first)
        #expect(registry.tag("a/b", "t") == root.digest)
        for manifest in layout.manifests {
            #expect(registry.manifest("a/b", manifest.digest) == layout.blobs[manifest.digest])
        }
        #expect(registry.openUploads.isEmpty)
        try await run(
            "skopeo", "copy", "-q", "--all", "--src-tls-verify=false",
            docker(registry, "a/b:t"), "oci:\(folder.file("out")):latest")
        for (digest, bytes) in layout.blobs {
            let path = "out/blobs/\(digest.replacing(":", with: "/"))"
            #expect(try folder.read(path) == bytes)
        }
    }

    @Test(arguments: [FixtureCompression.none, .gzip, .zstd])
    func readsEveryCompression(compression: FixtureCompression) async throws {
        let layout = try OCILayout.image(compression: compression)
        let archive = try folder.write("image.tar", layout.tar)
        try await run(
            "skopeo", "copy", "-q", "--dest-decompress", "oci-archive:\(archive):latest",
            "dir:\(folder.file("out"))")
        for layer in FixtureImage.small().layers {
            #expect(try folder.read("out/\(layer.diffID.dropFirst(7))") == layer.tar)
        }
    }

    @Test(arguments: DockerArchive.Style.allCases)
    func readsDockerArchives(style: DockerArchive.Style) async throws {
        let top = FixtureLayer.random(5_000)
        let image = FixtureImage(layers: [top, .compressible(5_000), top])
        let archive = try DockerArchive(image, tags: ["a:1", "a:2"], style: style)
        let file = try folder.write("image.tar", archive.bytes)
        try await run(
            "skopeo", "copy", "-q", "--dest-tls-verify=false", "docker-archive:\(file):a:2",
            docker(registry, "x:y"))
        let config = try await run(
            "skopeo", "inspect", "--config", "--raw", "--tls-verify=false",
            docker(registry, "x:y"))
        #expect(config == String(decoding: image.config, as: UTF8.self))
    }

    @Test func readsSeededImages() async throws {
        var auth = TokenAuth(user: "u", password: "p")
        auth.anonymousPull = true
        let guarded = try ScriptedRegistry(auth: .token(auth))
        let layout = try OCILayout.image(format: .docker)
        let root = layout.put(into: guarded, "a", tags: ["t"])
        let digest = try await run(
            "skopeo", "inspect", "--format", "{{.Digest}}", "--tls-verify=false",
            docker(guarded, "a:t"))
        #expect(digest == "\(root ?? "")\n")
    }
}
