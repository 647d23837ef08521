import Foundation
import TestSupport
import Testing

/// `publisher index`: what it makes, what it refuses, and what another client makes of it.
@Suite struct IndexTests {
    private let amd = FixtureImage.small(seed: 1)
    private let arm = FixtureImage(
        layers: [.compressible(40_000, seed: 5), .random(20_000, seed: 6)], architecture: "arm64",
        variant: "v8")

    @Test(
        "scenario 15: an image in the registry and a layout become one index",
        arguments: LocalSetup.all)
    func twoPlatforms(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        let name = scene.repository
        let amdDigest = try await scene.push(.image(amd, tag: "v"), "1-amd64")
        let arm = try scene.layout(.image(arm, tag: "v"))
        let adds = ["--add", "\(name):1-amd64", "--add", arm]
        let platforms = ["--platform", "linux/arm64", "--platform", "linux/amd64"]
        let made = try await scene.visitor.publisher(
            ["index", "\(name):1", "--tag", "latest"] + adds + platforms)
        try #require(made.status == 0, "\(made.stderr)")
        let digest = made.firstLine

        let index = try await scene.index("latest")
        #expect(index.manifests.map(\.platform.name) == ["linux/amd64", "linux/arm64/v8"])
        #expect(index.manifests.first?.digest == amdDigest)
        #expect(index.mediaType == "application/vnd.oci.image.index.v1+json")
        for tag in ["1", "latest"] {
            let found = try await scene.visitor.publisher("digest", "\(name):\(tag)")
            #expect(found.firstLine == digest)
        }
        for (child, architecture) in zip(index.manifests, ["amd64", "arm64"]) {
            let folder = scene.visitor.program.home.file("pulled-\(architecture)")
            try await scene.visitor.run(
                "skopeo", "copy", "--quiet", "--override-arch", architecture,
                "docker://\(name):latest", "dir:\(folder)")
            let bytes = try scene.visitor.program.home.read(
                "pulled-\(architecture)/manifest.json")
            #expect(Sha256.digest(bytes) == child.digest)
        }

        let again = try await scene.visitor.publisher([
            "index", "\(name):1", "-t", "latest", "--add", arm, "--add", "\(name):1-amd64",
        ])
        #expect(again.firstLine == digest, "\(again.stderr)")
        #expect(scene.registry.writesOfLastRun.isEmpty)
        let verified = try await scene.verify(["\(name):1", "--same", "latest", "--deep"])
        #expect(verified.status == 0, "\(verified.stdout)\(verified.stderr)")
        try await scene.registry.stop()
    }

    @Test("what was not asked for, is there twice or is missing writes nothing")
    func refusals() async throws {
        let scene = try await VerifyScene(LocalSetup())
        let amd = try scene.layout(.image(amd, tag: "v"))
        let twin = try scene.layout(.image(.small(seed: 9), tag: "v"))
        let arm = try scene.layout(.image(arm, tag: "v"))
        let archive =
            "docker-archive:"
            + (try scene.visitor.program.file("twin.tar", DockerArchive(self.amd).bytes))
        let cases: [([String], String)] = [
            (["--add", amd, "--add", twin], "two images are for linux/amd64"),
            (["--add", amd, "--add", archive], "two images are for linux/amd64"),
            (["--add", amd, "--add", arm, "--platform", "linux/amd64"], "was not asked for"),
            (
                ["--add", amd, "--platform", "linux/amd64", "--platform", "linux/arm64"],
                "there is no image for linux/arm64"
            ),
            (["--add", arm, "--platform", "linux/arm64/v9"], "was not asked for"),
        ]
        for (options, message) in cases {
            let result = try await scene.visitor.publisher(
                ["index", "\(scene.repository):1"] + options)
            #expect(result.status == 10, "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            expectError(result, says: [message])
        }
        #expect(scene.registry.accesses.filter(\.isWrite).isEmpty)
        let usage = [
            ["--add", amd, "--platform", "linux/arm64", "--platform", "linux/arm64/v8"],
            ["--add", amd, "--docker", "--annotation", "a=b"], ["--add", amd, "--annotation", "a"],
            [],
        ]
        for options in usage {
            let result = try await scene.visitor.publisher(
                ["index", "\(scene.repository):1"] + options)
            #expect(result.status == 64, "\(options): \(result.stderr)")
        }
    }

    @Test("an index gives the images asked for, and their attestations where these are too")
    func fromAnIndex() async throws {
        let scene = try await VerifyScene(LocalSetup())
        let source = try OCILayout.index(tag: "v")
        let root = try #require(source.roots.first)
        let children = try ManifestView(try #require(source.blobs[root.digest])).manifests ?? []
        let layout = try scene.layout(source)
        func make(_ tag: String, _ options: String...) async throws -> IndexView {
            let result = try await scene.visitor.publisher(
                ["index", "\(scene.repository):\(tag)", "--add", layout] + options)
            try #require(result.status == 0, "\(result.stderr)")
            return try await scene.index(tag)
        }
        let one = try await make("one", "--platform", "linux/arm64")
        #expect(one.manifests.map(\.digest) == [children[1].digest])
        let all = try await make("all", "--annotation", "a=b=c")
        #expect(all.manifests.map(\.digest) == children.prefix(2).map(\.digest))
        #expect(all.annotations == ["a": "b=c"])
        let attested = try await make("attested", "--attestations", "--platform", "linux/amd64")
        #expect(attested.manifests.map(\.digest) == [children[0].digest, children[2].digest])
        #expect(
            attested.manifests.last?.annotations?["vnd.docker.reference.digest"]
                == children[0].digest)
    }

    @Test("blobs are mounted within a registry and copied between two", arguments: LocalSetup.open)
    func elsewhere(setup: LocalSetup) async throws {
        let here = try await LocalRegistryServer(setup)
        let there = try await LocalRegistryServer(LocalSetup())
        let visitor = try LocalVisitor(here, there)
        let near = "\(here.host)/team/parts"
        let far = "\(there.host)/team/parts"
        let amdDigest = try await visitor.push(.image(amd, tag: "v"), near, ["1"])
        let armDigest = try await visitor.push(.image(arm, tag: "v"), far, ["1"])
        let result = try await visitor.publisher(
            "index", "\(here.host)/team/app:1", "--add", "\(near):1", "--add", "\(far):1", "--json")
        try #require(result.status == 0, "\(result.stderr)")
        let blobs = try #require(try result.jsonObject["blobs"] as? [[String: Any]])
        let outcomes = blobs.compactMap { $0["outcome"] as? String }
        #expect(outcomes.filter { $0 == "mounted" }.count == 3)
        #expect(outcomes.filter { $0 == "uploaded" }.count == 3)
        let verified = try await visitor.publisher("verify", "\(here.host)/team/app:1", "--deep")
        #expect(verified.status == 0, "\(verified.stdout)")
        for digest in [amdDigest, armDigest] {
            let found = try await visitor.publisher("digest", "\(here.host)/team/app@\(digest)")
            #expect(found.firstLine == digest, "\(found.stderr)")
        }
        try await here.stop()
        try await there.stop()
    }

    @Test("archives of Docker go in too, in a list of Docker's", arguments: LocalSetup.open)
    func dockerForm(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        let home = scene.visitor.program
        let archives = [
            try home.file("amd.tar", DockerArchive(amd).bytes),
            try home.file("arm.tar", DockerArchive(arm, style: .legacy).bytes),
        ]
        let arguments =
            ["index", "\(scene.repository):1", "--docker"]
            + archives.flatMap { ["--add", "docker-archive:\($0)"] }
        let result = try await scene.visitor.publisher(arguments)
        try #require(result.status == 0, "\(result.stderr)")
        let index = try await scene.index("1")
        #expect(index.mediaType == "application/vnd.docker.distribution.manifest.list.v2+json")
        #expect(
            index.manifests.map(\.mediaType)
                == .init(
                    repeating: "application/vnd.docker.distribution.manifest.v2+json", count: 2))
        let again = try await scene.visitor.publisher(arguments)
        #expect(again.firstLine == result.firstLine)
        #expect(scene.registry.writesOfLastRun.isEmpty)
        let tags = try await scene.visitor.publisher("tags", scene.repository)
        #expect(tags.stdout == "1\n")
    }

    @Test("an index outlives the tags that its images had", arguments: LocalSetup.open)
    func movedChild(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        // Another client pushes by tag alone, so that on Gitea the tag owns the manifest.
        let layout = try scene.layout(.image(amd, tag: "v"))
        let other = try scene.layout(.image(.small(seed: 3), tag: "v"))
        func put(_ source: String) async throws {
            try await scene.visitor.run(
                "skopeo", "copy", "--quiet", source, "docker://\(scene.repository):1-amd64")
        }
        try await put(layout)
        let result = try await scene.visitor.publisher(
            "index", "\(scene.repository):1", "--add", "\(scene.repository):1-amd64")
        try #require(result.status == 0, "\(result.stderr)")
        try await put(other)
        let verified = try await scene.verify(["\(scene.repository):1", "--deep"])
        #expect(verified.status == 0, "\(verified.stdout)")
    }
}

/// As much of an index as tests look at.
private struct IndexView: Decodable {
    struct Child: Decodable {
        var mediaType: String
        var digest: String
        var platform: Place
        var annotations: [String: String]?
    }

    struct Place: Decodable {
        var os: String
        var architecture: String
        var variant: String?

        var name: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
    }

    var mediaType: String
    var manifests: [Child]
    var annotations: [String: String]?
}

extension VerifyScene {
    /// Writes a layout into the home and gives it as a source.
    fileprivate func layout(_ layout: OCILayout) throws -> String {
        let folder = visitor.program.home.file("layout-\(UInt32.random(in: 0 ... .max))")
        try layout.write(to: folder)
        return "oci:\(folder):v"
    }

    /// The index that a tag names.
    fileprivate func index(_ tag: String) async throws -> IndexView {
        let raw = try await visitor.publisher("inspect", "--raw", "\(repository):\(tag)")
        return try JSONDecoder().decode(IndexView.self, from: Data(raw.output))
    }
}
