import TestSupport
import Testing

@Suite struct PushTests {
    private let registry: ScriptedRegistry
    private let program: Program
    private let archive: String
    private let image = FixtureImage(layers: [
        .compressible(2_500_000, seed: 1), .random(300_000, seed: 2), .compressible(10, seed: 3),
    ])

    init() throws {
        registry = try ScriptedRegistry()
        program = try Program()
        archive = try program.file(
            "image.tar", DockerArchive(image, tags: ["app:1"], style: .legacy).bytes)
    }

    private var destination: String { "\(registry.host)/team/app:dev" }

    @Test func printsTheDigestThatTheRegistryServes() async throws {
        let result = try await program.run(
            "push", "docker-archive:\(archive)", destination, "--tag", "latest", "--tag", "sha-1")
        #expect(result.status == 0, "\(result.stderr)")
        let digest = result.firstLine
        #expect(result.stdout == digest + "\n")
        #expect(registry.tags("team/app") == ["dev": digest, "latest": digest, "sha-1": digest])
        #expect(registry.openUploads.isEmpty)
    }

    @Test func manifestGoesByDigestBeforeAnyTagAndIsReadBack() async throws {
        let result = try await program.run("push", archive, destination)
        #expect(result.status == 0, "\(result.stderr)")
        let manifests = registry.requests.filter { $0.path.contains("/manifests/") }
        let puts = manifests.filter { $0.method == "PUT" }.map(\.path)
        #expect(puts.map { $0.hasSuffix("/dev") } == [false, true])
        // The digest is read back before the tag is moved, the tag after.
        let written = manifests.drop { $0.method != "PUT" }.filter { $0.method != "HEAD" }
        #expect(written.map(\.method) == ["PUT", "GET", "PUT", "GET"])
        #expect(written.map { $0.path.hasSuffix("/dev") } == [false, false, true, true])
    }

    @Test func theSamePushAgainWritesNothing() async throws {
        let first = try await program.run("push", archive, destination)
        registry.clearRequests()
        let second = try await program.run("push", archive, destination)
        #expect(second.status == 0, "\(second.stderr)")
        #expect(second.stdout == first.stdout)
        #expect(registry.writes.isEmpty)
    }

    @Test func aNewLayerAloneIsSent() async throws {
        _ = try await program.run("push", archive, destination)
        registry.clearRequests()
        var next = image
        next.layers.append(.random(5000, seed: 77))
        let file = try program.file("next.tar", DockerArchive(next, style: .oci).bytes)
        // Another runner with nothing but the registry to remember by, and another tag.
        let fresh = try Program()
        let result = try await fresh.run("push", file, "\(registry.host)/team/app:next")
        #expect(result.status == 0, "\(result.stderr)")
        let sent = registry.writes.filter { $0.path.contains("/blobs/") }.reduce(0) {
            $0 + $1.bodySize
        }
        #expect(sent < 12_000)
        #expect(registry.count(method: "PATCH") == 1)
    }

    @Test func layersAreMountedFromAnotherRepository() async throws {
        _ = try await program.run("push", archive, destination)
        registry.clearRequests()
        let result = try await program.run(
            "push", archive, "\(registry.host)/team/other:dev", "--mount-from", "team/app")
        #expect(result.status == 0, "\(result.stderr)")
        #expect(registry.count(method: "PATCH") == 0)
        #expect(registry.blobs("team/other").count == 4)
    }

    @Test func archivesOfEveryKindGiveTheSameImage() async throws {
        var digests: Set<String> = []
        for (index, style) in [DockerArchive.Style.legacy, .oci].enumerated() {
            for compression in [FixtureCompression.none, .gzip, .zstd] {
                let bytes = try DockerArchive(
                    image, tags: ["app:1"], style: style, compression: compression
                ).bytes
                let file = try program.file("\(index)-\(compression).tar", bytes)
                let whole = try program.file(
                    "\(index)-\(compression).tgz", FixtureCompression.gzip.compress(bytes))
                for source in [file, whole] {
                    let result = try await program.run(
                        "push", source, "\(registry.host)/kinds/app:x", "--no-reuse")
                    #expect(result.status == 0, "\(source): \(result.stderr)")
                    digests.insert(result.stdout)
                }
            }
        }
        #expect(digests.count == 1)
    }

    @Test func zstdLayersAreSmallerAndTyped() async throws {
        let result = try await program.run(
            "push", archive, destination, "--compression", "zstd", "--json")
        #expect(result.status == 0, "\(result.stderr)")
        let digest = try #require(registry.tag("team/app", "dev"))
        let manifest = String(
            decoding: try #require(registry.manifest("team/app", digest)), as: UTF8.self)
        #expect(manifest.contains("application/vnd.oci.image.layer.v1.tar+zstd"))
        #expect(result.stdout.contains("\"digest\" : \"\(digest)\""))
    }

    @Test func dockerFormat() async throws {
        let result = try await program.run("push", archive, destination, "--format", "docker")
        #expect(result.status == 0, "\(result.stderr)")
        let digest = try #require(registry.tag("team/app", "dev"))
        let manifest = String(
            decoding: try #require(registry.manifest("team/app", digest)), as: UTF8.self)
        #expect(manifest.contains("application/vnd.docker.distribution.manifest.v2+json"))
        #expect(manifest.contains("application/vnd.docker.image.rootfs.diff.tar.gzip"))
    }

    @Test func chunksStayBelowTheBound() async throws {
        let large = FixtureImage(layers: [.random(2_700_000, seed: 5)])
        let file = try program.file("large.tar", DockerArchive(large).bytes)
        let result = try await program.run("push", file, destination, "--chunk-size", "1")
        #expect(result.status == 0, "\(result.stderr)")
        let patches = registry.requests.filter { $0.method == "PATCH" }
        #expect(patches.count == 3)
        #expect(
            patches.allSatisfy { $0.bodySize <= 1_000_000 && $0.headers["content-range"] != nil })
    }

    @Test func chunksOfLayersThatAreCompressedAlready() async throws {
        let layers = FixtureImage(layers: [.random(2_700_000, seed: 6)])
        let layout = try OCILayout.image(layers, tag: "v", compression: .gzip, format: .oci)
        try layout.write(to: program.home.file("layout"))
        let source = "oci:\(program.home.file("layout"))"
        let result = try await program.run("push", source, destination, "--chunk-size", "1")
        #expect(result.status == 0, "\(result.stderr)")
        let patches = registry.requests.filter { $0.method == "PATCH" }
        #expect(patches.map(\.bodySize).prefix(2) == [1_000_000, 1_000_000])
        #expect(patches.count == 3)
        #expect(result.firstLine == layout.roots.first?.digest)
    }

    @Test func layoutsAndIndexesAreCopiedByteForByte() async throws {
        for (name, layout) in [
            ("image", try OCILayout.image(.small(), tag: "v", compression: .gzip)),
            ("index", try OCILayout.index(tag: "v")),
            ("nested", try OCILayout.nestedIndex(tag: "v")),
        ] {
            let folder = program.home.file(name)
            try layout.write(to: folder)
            let tar = try program.file("\(name).tar", layout.tar)
            let root = try #require(layout.roots.first?.digest)
            for source in ["oci:\(folder):v", "oci-archive:\(tar):v", folder, tar] {
                let result = try await program.run("push", source, "\(registry.host)/\(name)/app:v")
                #expect(result.status == 0, "\(source): \(result.stderr)")
                #expect(result.firstLine == root)
            }
            for manifest in layout.manifests {
                #expect(
                    registry.manifest("\(name)/app", manifest.digest)
                        == layout.blobs[manifest.digest])
            }
        }
    }

    @Test func giteasMannersAreMet() async throws {
        let gitea = try ScriptedRegistry(
            auth: .token(TokenAuth(user: "ci", password: "pat")), quirks: .gitea)
        let account = ["PUBLISHER_USERNAME": "ci", "PUBLISHER_PASSWORD": "pat"]
        let first = try await program.run(
            "push", archive, "\(gitea.host)/team/app:dev", environment: account)
        #expect(first.status == 0, "\(first.stderr)")
        let next = try program.file("next.tar", DockerArchive(.small(seed: 9)).bytes)
        let second = try await program.run(
            "push", next, "\(gitea.host)/team/app:dev", environment: account)
        #expect(second.status == 0, "\(second.stderr)")
        // The digest that the tag left stays pullable, because it was pushed by digest too.
        let old = try await program.run(
            "digest", "\(gitea.host)/team/app@\(first.firstLine)", environment: account)
        #expect(old.firstLine == first.firstLine)
    }

    @Test func anImageOfTwoEqualLayersNamesTheBlobTwice() async throws {
        let twice = FixtureImage(layers: [.compressible(5000), .random(100), .compressible(5000)])
        let file = try program.file("twice.tar", DockerArchive(twice, style: .legacy).bytes)
        let result = try await program.run("push", file, destination)
        #expect(result.status == 0, "\(result.stderr)")
        let digest = try #require(registry.tag("team/app", "dev"))
        let manifest = String(
            decoding: try #require(registry.manifest("team/app", digest)), as: UTF8.self)
        #expect(manifest.split(separator: "tar+gzip").count == 4)
        #expect(registry.count(method: "PATCH") == 2)
    }

    @Test func stepOutputsAreWritten() async throws {
        let result = try await program.run(
            "push", archive, destination,
            environment: [
                "GITHUB_OUTPUT": program.home.file("output"),
                "GITHUB_STEP_SUMMARY": program.home.file("summary"),
            ])
        #expect(result.status == 0, "\(result.stderr)")
        let output = String(decoding: try program.home.read("output"), as: UTF8.self)
        #expect(
            output == """
                digest=\(result.firstLine)
                reference=\(registry.host)/team/app@\(result.firstLine)

                """)
        let summary = String(decoding: try program.home.read("summary"), as: UTF8.self)
        #expect(summary.contains("| `dev` | new |"))
    }
}
