import Foundation
import LocalRegistry
import TestSupport
import Testing

/// `publisher promote`: tags that move within a registry.
@Suite struct PromoteTests {
    private let revision = String(repeating: "0123456789", count: 4)

    @Test(
        "one digest gets five tags for one GET, five PUTs and the HEADs before and after",
        arguments: [Dialect.oci, .gitea])
    func budget(dialect: Dialect) async throws {
        try await PromoteScene.with(dialect) { scenes in
            let scene = scenes[0]
            let digest = try await scene.put(.image(), "sha-0123abc")
            scene.record()
            let result = try await scene.promote(
                "\(scene.host)/team/app:sha-0123abc", "--to", "2026.7.10", "latest", "stable",
                "prod", "--to", "eu")
            #expect(result.status == 0, "\(result.stderr)")
            #expect(result.stdout == digest + "\n")
            #expect(result.stderr.contains("committed: 2026.7.10 (created), latest (created)"))
            #expect(scene.counts() == ["GET": 1, "HEAD": 10, "PUT": 5])
            #expect(scene.counts("/v2/team/app/blobs/").isEmpty)
            let tags = try await scene.tags()
            #expect(tags.count == 6 && tags.values.allSatisfy { $0 == digest })

            let before = scene.writes.count
            let again = try await scene.promote(
                "\(scene.host)/team/app@\(digest)", "--to", "latest", "--to", "eu")
            #expect(again.stdout == result.stdout, "\(again.stderr)")
            #expect(again.stderr.contains("latest (already), eu (already)"))
            #expect(scene.writes.count == before)
        }
    }

    @Test("on Gitea, the digest that tags leave stays, for one GET and one PUT more")
    func pinsSurvive() async throws {
        try await PromoteScene.with(.gitea) { scenes in
            let scene = scenes[0]
            try scene.configure()
            // As 'docker push' leaves it: with no version but the tags'.
            let old = try await scene.put(.image(.small(seed: 5)), "latest", "stable")
            _ = try await curl([
                CurlRequest(
                    method: "DELETE",
                    address: "http://\(scene.host)/v2/team/app/manifests/\(old)")
            ])
            let layout = try OCILayout.image(.small(seed: 5))
            let bytes = try #require(layout.blobs[old])
            let type = try #require(layout.roots.first?.mediaType)
            try await scene.putBlobs(of: layout)
            try await curl(
                ["latest", "stable"].map {
                    .put("http://\(scene.host)/v2/team/app/manifests/\($0)", bytes, type)
                })
            let new = try await scene.put(.image(), "sha-0123abc")
            scene.record()
            let result = try await scene.promote("app:sha-0123abc", "--to", "latest", "stable")
            #expect(result.stdout == new + "\n", "\(result.stderr)")
            #expect(scene.counts() == ["GET": 2, "HEAD": 4, "PUT": 3])
            #expect(try await scene.has(old))
            #expect(try await scene.tags()["stable"] == new)
        }
    }

    @Test("Gitea is told by its challenge too", arguments: [LocalSetup.Dialect.gitea])
    func pinsSurviveWithoutConfiguration(dialect: LocalSetup.Dialect) async throws {
        let registry = try await LocalRegistryServer(
            LocalSetup(dialect: dialect, authentication: .token))
        let visitor = try LocalVisitor(registry)
        try await visitor.login(registry)
        let repository = "\(registry.host)/team/app"
        var digests: [String] = []
        for (tag, seed) in [("latest", 5), ("new", 6)] {
            let image = FixtureImage.small(seed: UInt64(seed))
            let archive = try visitor.program.file("\(tag).tar", DockerArchive(image).bytes)
            let pushed = try await visitor.publisher("push", archive, "\(repository):\(tag)")
            digests.append(try pushed.checked().firstLine)
        }
        let result = try await visitor.publisher(
            "promote", "\(repository):new", "--to", "latest")
        #expect(result.firstLine == digests[1], "\(result.stderr)")
        let puts = registry.writesOfLastRun.filter { $0.method == "PUT" }.map(\.path)
        #expect(
            puts == [digests[0], "latest"].map { "/v2/team/app/manifests/\($0)" })
        let pinned = try await visitor.publisher("digest", "\(repository)@\(digests[0])")
        #expect(pinned.firstLine == digests[0], "\(pinned.stderr)")
        try await registry.stop()
    }

    @Test("a source that moved is refused before anything is written")
    func expectation() async throws {
        try await PromoteScene.with(.oci) { scenes in
            let scene = scenes[0]
            let digest = try await scene.put(.image(), "dev")
            let other = try await scene.put(.image(.small(seed: 9)), "latest")
            scene.record()
            let source = "\(scene.host)/team/app:dev"
            let refused = try await scene.promote(source, "--to", "latest", "--expect", other)
            #expect(refused.status == 10, "\(refused.stderr)")
            #expect(refused.stdout.isEmpty)
            expectError(refused, says: ["expected: \(other)", "observed: \(digest)"])
            #expect(scene.writes.isEmpty)
            let done = try await scene.promote(source, "--to", "latest", "--expect", digest)
            #expect(done.stdout == digest + "\n", "\(done.stderr)")
        }
    }

    @Test("an image, and every image of an index, has to be of the commit")
    func revisions() async throws {
        try await PromoteScene.with(.oci) { scenes in
            let scene = scenes[0]
            let digest = try await scene.put(.labelled(revision), "good")
            var index = OCILayout()
            let bad = try index.add(.small(seed: 3, architecture: "arm64"))
            var good = FixtureImage.small()
            good.labels["org.opencontainers.image.revision"] = revision
            index.list(index.addIndex([try index.add(good), bad]), tag: "v")
            try await scene.put(index, "half")
            scene.record()
            let source = "\(scene.host)/team/app"
            for (tag, wanted) in [
                ("half", revision), ("good", String(repeating: "a", count: 40)),
            ] {
                let refused = try await scene.promote(
                    "\(source):\(tag)", "--to", "latest", "--revision", wanted)
                #expect(refused.status == 10, "\(refused.stderr)")
                expectError(refused, says: ["expected: \(wanted)", "observed: "])
            }
            #expect(scene.writes.isEmpty)
            let short = try await scene.promote(
                "\(source):good", "--to", "latest", "--revision", "0123456")
            #expect(short.status == 64, "\(short.stderr)")
            let done = try await scene.promote(
                "\(source):good", "--to", "latest", "--revision", revision)
            #expect(done.stdout == digest + "\n", "\(done.stderr)")
        }
    }

    @Test(
        "a tag that a template calls immutable is never moved", arguments: [Dialect.oci, .gitea])
    func immutable(dialect: Dialect) async throws {
        try await PromoteScene.with(dialect) { scenes in
            let scene = scenes[0]
            try scene.configure()
            let old = try await scene.put(.image(), "2026.5.4")
            let new = try await scene.put(.image(.small(seed: 9)), "sha-0123abc")
            scene.record()
            for source in ["app", "\(scene.host)/team/app"] {
                let refused = try await scene.promote(
                    "\(source)@\(new)", "--to", "latest", "2026.5.4")
                #expect(refused.status == 10, "\(refused.stderr)")
                expectError(refused, says: ["2026.5.4", "there: \(old)", "to be: \(new)"])
            }
            #expect(scene.writes.isEmpty)
            let fresh = try await scene.promote(
                "app:sha-0123abc", "--to", "2026.5.5", "latest", "--json")
            #expect(fresh.status == 0, "\(fresh.stderr)")
            for part in [#""immutable""#, #""rolling""#, #""image" : "app""#] {
                #expect(fresh.stdout.contains(part), "\(fresh.stdout)")
            }
            #expect(try await scene.tags()["latest"] == new)
        }
    }

    @Test("a receipt is kept, and a workflow's step gets its outputs")
    func receipts() async throws {
        try await PromoteScene.with(.oci) { scenes in
            let scene = scenes[0]
            let old = try await scene.put(.image(), "latest")
            let digest = try await scene.put(.image(.small(seed: 9)), "dev")
            let home = scene.program.home
            let result = try await scene.promote(
                "\(scene.host)/team/app:dev", "--to", "latest", "--to", "new", "--json",
                "--receipt", home.file("receipt.json"),
                environment: [
                    "GITHUB_OUTPUT": home.file("output"), "GITHUB_RUN_ID": "77",
                    "GITHUB_STEP_SUMMARY": home.file("summary"),
                ])
            #expect(result.status == 0, "\(result.stderr)")
            #expect(try home.read("receipt.json") == result.output)
            let file = try FileManager.default.attributesOfItem(atPath: home.file("receipt.json"))
            #expect(file[.posixPermissions] as? Int == 0o644)
            let receipt = try Receipt(result.output)
            #expect(receipt.type == "publisher.receipt.v1")
            #expect(receipt.complete)
            #expect(receipt.source == "\(scene.host)/team/app:dev@\(digest)")
            #expect(receipt.run?.id == "77")
            #expect(receipt.destinations.first?.digest == digest)
            #expect(
                receipt.tags == [
                    .init(
                        tag: "latest", kind: "named", before: old, after: digest,
                        outcome: "moved", verified: "HEAD by tag"),
                    .init(
                        tag: "new", kind: "named", before: nil, after: digest,
                        outcome: "created", verified: "HEAD by tag"),
                ])
            let output = String(decoding: try home.read("output"), as: UTF8.self)
            let place = "\(scene.host)/team/app@\(digest)"
            #expect(output == "digest=\(digest)\nreference=\(place)\n")
            let summary = String(decoding: try home.read("summary"), as: UTF8.self)
            #expect(summary.contains("| `new` | new |"))
        }
    }

    @Test("what cannot be meant is refused as usage")
    func usage() async throws {
        try await PromoteScene.with(.oci) { scenes in
            let scene = scenes[0]
            for (arguments, text) in [
                (["app:dev", "--to", "x"], "neither an image of publisher.yaml"),
                (["\(scene.host)/team/app", "--to", "x"], "no tag or digest"),
                (["\(scene.host)/team/app:dev", "--to", "x", "X"], "differ only by case"),
                (["\(scene.host)/a/b:c", "--to", "x", "--to-registry", "y"], "publisher.yaml"),
                (["\(scene.host)/a/b:c"], "--to"),
            ] {
                let result = try await ChildProcess.run(scene.call(arguments))
                #expect(result.status == 64, "\(result.stderr)")
                #expect(result.stderr.contains(text), "\(result.stderr)")
            }
            try scene.configure()
            let unknown = try await scene.promote("ap:dev", "--to", "x")
            #expect(unknown.status == 64, "\(unknown.stderr)")
            expectError(unknown, says: ["its images are app"])
            let missing = try await scene.promote("app:dev", "--to", "x")
            #expect(missing.status == 66, "\(missing.stderr)")
            try scene.program.home.write("publisher.yaml", "registries: 1")
            let broken = try await scene.promote("\(scene.host)/team/app:dev", "--to", "x")
            #expect(broken.status == 78, "\(broken.stderr)")
        }
    }
}

/// What tests look at in a receipt.
struct Receipt: Decodable {
    struct Run: Decodable { var id: String }
    struct Entry: Decodable, Equatable {
        var tag: String
        var kind: String
        var before: String?
        var after: String?
        var outcome: String
        var verified: String?
    }
    struct Destination: Decodable {
        var repository: String
        var reference: String?
        var digest: String?
        var mediaType: String?
        var size: Int?
        var config: String?
        var diffIDs: [String]?
        var complete: Bool
        var tags: [Entry]
        var blobs: [String: Int]
        var failure: String?
    }

    var type: String
    var image: String?
    var source: String
    var run: Run?
    var destinations: [Destination]
    var complete: Bool

    init(_ bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Receipt.self, from: Data(bytes))
    }

    var tags: [Entry] { destinations.flatMap(\.tags) }
    var outcomes: [String] { tags.map { "\($0.tag): \($0.outcome)" } }
}
