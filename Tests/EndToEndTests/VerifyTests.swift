import Foundation
import TestSupport
import Testing

/// `publisher verify` of references: what it passes, what it finds, and that it never writes.
@Suite struct VerifyTests {
    @Test("what is whole passes, and nothing is written", arguments: LocalSetup.open)
    func passes(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        let digest = try await scene.push(.index(tag: "v"), "1", "latest")
        for options in [[], ["--deep"], ["--anonymous"]] {
            let result = try await scene.verify(
                ["\(scene.repository):1@\(digest)", "--same", "latest"] + options)
            #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
            #expect(result.stdout.isEmpty)
            #expect(result.stderr.contains("all as it should be"))
        }
        let byDigest = try await scene.verify(["\(scene.repository)@\(digest)"])
        #expect(byDigest.status == 0, "\(byDigest.stdout)\(byDigest.stderr)")
    }

    @Test(
        "scenario 19: a tag that names something else is told with both digests",
        arguments: LocalSetup.open)
    func movedTag(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        let old = try await scene.push(.image(.small(seed: 1), tag: "v"), "2026.7.10", "latest")
        let new = try await scene.push(.image(.small(seed: 2), tag: "v"), "latest")
        let name = scene.repository

        let same = try await scene.verify(["\(name):2026.7.10", "--same", "latest"])
        #expect(same.status == 11, "\(same.stderr)")
        #expect(
            same.stdout == "drift \(name):latest expected \(old) observed \(new) "
                + "(\(name):2026.7.10 names what is expected)\n")
        #expect(same.stderr.contains("1 difference"))

        let pinned = try await scene.verify(["\(name):latest@\(old)", "--quiet"])
        #expect(pinned.status == 11)
        #expect(pinned.stdout == "drift \(name):latest expected \(old) observed \(new)\n")
        #expect(pinned.stderr.isEmpty)

        let gone = try await scene.verify(["\(name):2026.7.10", "--same", "2026.7", "--json"])
        #expect(gone.status == 11)
        let document = try gone.jsonObject
        #expect(document["type"] as? String == "publisher.verify.v1")
        #expect(document["passed"] as? Bool == false)
        let finding = try #require((document["findings"] as? [[String: Any]])?.first)
        #expect(finding["kind"] as? String == "missing")
        #expect(finding["reference"] as? String == "\(name):2026.7")
        #expect(finding["expected"] as? String == old)
        let requests = try #require(document["requests"] as? [String: Int])
        #expect(Set(requests.keys).isSubset(of: ["GET", "HEAD"]))
    }

    @Test("a digest that is gone is missing", arguments: LocalSetup.open)
    func goneDigest(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        _ = try await scene.push(.image(.small(seed: 1), tag: "v"), "1")
        let absent = Sha256.digest(Array("absent".utf8))
        let result = try await scene.verify(["\(scene.repository)@\(absent)"])
        #expect(result.status == 11, "\(result.stderr)")
        #expect(result.stdout == "missing \(scene.repository)@\(absent)\n")
    }

    @Test("a blob or child that is gone is missing", arguments: LocalSetup.open)
    func goneContent(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        let layout = try OCILayout.index(tag: "v")
        let index = try await scene.push(layout, "1")
        let children = try ManifestView(try #require(layout.blobs[index])).manifests ?? []
        let image = try ManifestView(try #require(layout.blobs[children[0].digest]))
        let layer = try #require(image.layers?.last)
        try scene.remove(blob: layer.digest)
        try scene.remove(manifest: children[1].digest)
        let result = try await scene.verify(["\(scene.repository):1"])
        #expect(result.status == 11, "\(result.stderr)")
        #expect(
            Set(result.stdout.split(separator: "\n").map(String.init)) == [
                "missing \(scene.repository)@\(layer.digest) (layer of \(children[0].digest))",
                "missing \(scene.repository)@\(children[1].digest) (manifest of \(index))",
            ])
    }

    @Test(
        "a blob of another size is told, wrong bytes only with --deep", arguments: LocalSetup.open)
    func damagedContent(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        let layout = try OCILayout.image(.small(), tag: "v")
        let digest = try await scene.push(layout, "1")
        let image = try ManifestView(try #require(layout.blobs[digest]))
        let layers = try #require(image.layers)
        var bytes = try #require(layout.blobs[layers[1].digest])
        bytes[bytes.count / 2] ^= 1
        try scene.replace(blob: layers[1].digest, with: bytes)

        let quick = try await scene.verify(["\(scene.repository):1"])
        #expect(quick.status == 0, "\(quick.stdout)")
        let deep = try await scene.verify(["\(scene.repository):1", "--deep"])
        #expect(deep.status == 11, "\(deep.stderr)")
        let subject = "\(scene.repository)@\(layers[1].digest)"
        #expect(
            deep.stdout == "corrupt \(subject) expected \(layers[1].digest) observed "
                + "\(Sha256.digest(bytes)) (layer of \(digest))\n")

        try scene.replace(blob: layers[1].digest, with: bytes + [0])
        let size = try await scene.verify(["\(scene.repository):1"])
        #expect(size.status == 11, "\(size.stderr)")
        #expect(
            size.stdout == "size \(subject) expected \(bytes.count) observed "
                + "\(bytes.count + 1) (layer of \(digest))\n")
    }

    @Test("a manifest whose bytes are not those of its digest is corrupt")
    func damagedManifest() async throws {
        let scene = try await VerifyScene(LocalSetup())
        let layout = try OCILayout.index(tag: "v")
        let index = try await scene.push(layout, "1")
        let children = try ManifestView(try #require(layout.blobs[index])).manifests ?? []
        try scene.damage(manifest: children[1].digest)
        let child = try await scene.verify(["\(scene.repository):1"])
        #expect(child.status == 11, "\(child.stderr)")
        #expect(child.stdout.hasPrefix("corrupt \(scene.repository)@\(children[1].digest) ("))
        #expect(child.stdout.split(separator: "\n").count == 1)
        try scene.damage(manifest: index)
        let root = try await scene.verify(["\(scene.repository)@\(index)"])
        #expect(root.status == 11, "\(root.stderr)")
        #expect(root.stdout.hasPrefix("corrupt \(scene.repository)@\(index) ("))
    }

    @Test("what a manifest tells wrongly is found, what is elsewhere is not looked for")
    func manifestsByHand() async throws {
        let scene = try await VerifyScene(LocalSetup())
        let layout = try OCILayout.image(.small(), tag: "v")
        let digest = try await scene.push(layout, "1")
        let manifest = try #require(layout.blobs[digest])
        let type = "application/vnd.oci.image.manifest.v1+json"
        let absent = Sha256.digest(Array("absent".utf8))
        let foreign = """
            {"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",\
            "digest":"\(absent)","size":9,"urls":["https://example.org/layer"]}
            """
        let text = String(decoding: manifest, as: UTF8.self)
            .replacing("\"layers\":[", with: "\"layers\":[\(foreign),")
        let index = """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[\
            {"mediaType":"\(type)","digest":"\(digest)","size":\(manifest.count + 1)}]}
            """
        let root = "http://\(scene.registry.host)/v2/team/app/manifests"
        try await curl([
            .put("\(root)/foreign", Array(text.utf8), type),
            .put("\(root)/index", Array(index.utf8), "application/vnd.oci.image.index.v1+json"),
        ])
        let elsewhere = try await scene.verify(["\(scene.repository):foreign", "--deep"])
        #expect(elsewhere.status == 0, "\(elsewhere.stdout)\(elsewhere.stderr)")
        let size = try await scene.verify(["\(scene.repository):index"])
        #expect(size.status == 11, "\(size.stderr)")
        #expect(
            size.stdout == "size \(scene.repository)@\(digest) expected \(manifest.count + 1) "
                + "observed \(manifest.count) "
                + "(manifest of \(Sha256.digest(Array(index.utf8))))\n")
    }

    @Test(
        "scenario 18: --anonymous uses no credential although there is one",
        arguments: LocalSetup.guarded + [LocalSetup(authentication: .basic)])
    func anonymous(setup: LocalSetup) async throws {
        let scene = try await VerifyScene(setup)
        _ = try await scene.push(.image(.small(), tag: "v"), "1")
        let known = try await scene.verify(["\(scene.repository):1"])
        #expect(known.status == 0, "\(known.stdout)\(known.stderr)")
        let result = try await scene.verify(["\(scene.repository):1", "--anonymous"])
        #expect(result.status == 11, "\(result.stderr)")
        #expect(result.stdout.hasPrefix("denied \(scene.repository):1 "), "\(result.stdout)")
    }

    @Test("--anonymous reads no file of credentials, and goes with none")
    func anonymousReadsNothing() async throws {
        let scene = try await VerifyScene(
            LocalSetup(dialect: .oci, authentication: .token, anonymousPull: true))
        _ = try await scene.push(.image(.small(), tag: "v"), "1")
        try scene.visitor.program.home.write(".docker/config.json", "no JSON at all")
        let variables = ["PUBLISHER_USERNAME": "half a pair"]
        func run(_ more: String...) async throws -> ChildResult {
            try await ChildProcess.run(
                scene.visitor.program.call(
                    ["verify", "\(scene.repository):1"] + more, stdin: "secret", variables))
        }
        #expect(try await run().status == 78)
        let result = try await run("--anonymous")
        #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
        #expect(
            try await run("--anonymous", "--username", "ci", "--password-stdin").status == 64)
    }

    @Test("a registry that cannot be reached is no difference")
    func unreachable() async throws {
        let scene = try await VerifyScene(LocalSetup())
        _ = try await scene.push(.image(.small(), tag: "v"), "1")
        let result = try await scene.verify([
            "\(scene.repository):2", "127.0.0.1:1/team/app:1", "--retry-for", "0",
        ])
        #expect(result.status == 69, "\(result.stderr)")
        #expect(result.stdout == "missing \(scene.repository):2\n", "what was found is told")
        expectError(result, says: ["127.0.0.1:1"])
        let vague = try await scene.verify([scene.repository])
        #expect(vague.status == 64)
        expectError(vague, says: ["neither a tag nor a digest"])
    }
}

/// A local registry, somebody who knows it, and ways to damage what it holds.
struct VerifyScene {
    let registry: LocalRegistryServer
    let visitor: LocalVisitor

    init(_ setup: LocalSetup) async throws {
        registry = try await LocalRegistryServer(setup)
        visitor = try LocalVisitor(registry)
        try await visitor.login(registry)
    }

    var repository: String { "\(registry.host)/team/app" }

    /// Pushes a layout's image under tags and gives its digest.
    func push(_ layout: OCILayout, _ tags: String...) async throws -> String {
        try await visitor.push(layout, repository, tags)
    }

    /// Runs `publisher verify`, which has to leave the registry as it is.
    func verify(
        _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ChildResult {
        let before = registry.accesses.count
        let result = try await visitor.publisher(["verify"] + arguments)
        let writes = registry.accesses.dropFirst(before).filter(\.isWrite)
        #expect(writes.isEmpty, "\(writes)", sourceLocation: sourceLocation)
        return result
    }

    func remove(blob digest: String) throws {
        try FileManager.default.removeItem(atPath: path("_blobs", digest))
    }

    func remove(manifest digest: String) throws {
        try FileManager.default.removeItem(atPath: path("_manifests", digest))
    }

    /// Adds a blank to a stored manifest.
    func damage(manifest digest: String) throws {
        let file = URL(filePath: path("_manifests", digest))
        let bytes = try Data(contentsOf: file)
        try remove(manifest: digest)
        try (bytes + Data(" ".utf8)).write(to: file)
    }

    func replace(blob digest: String, with bytes: [UInt8]) throws {
        try remove(blob: digest)
        try Data(bytes).write(to: URL(filePath: path("_blobs", digest)))
    }

    private func path(_ kind: String, _ digest: String) -> String {
        "\(registry.root)/repositories/team/app/\(kind)/\(digest.replacing(":", with: "/"))"
    }
}

extension LocalVisitor {
    /// Pushes a layout's image under tags and gives its digest.
    func push(_ layout: OCILayout, _ repository: String, _ tags: [String]) async throws -> String {
        let folder = try TemporaryFolder(prefix: "layout")
        try layout.write(to: folder.path)
        let result = try await publisher(
            ["push", "oci:\(folder.path):v", repository] + tags.flatMap { ["--tag", $0] })
        try #require(result.status == 0, "\(result.stderr)")
        return result.firstLine
    }
}

extension ChildResult {
    /// Standard output as a JSON object.
    var jsonObject: [String: Any] {
        get throws {
            try JSONSerialization.jsonObject(with: Data(output)) as? [String: Any] ?? [:]
        }
    }
}
