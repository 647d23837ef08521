import Foundation
import LocalRegistry
import TestSupport
import Testing

/// `publisher publish` when all goes well, and when it is refused.
@Suite struct PublishTests {
    private static let dialects = [Dialect.oci, .gitea]

    @Test(
        "scenarios 1 and 12: a publish gives what the receipt says, and a second one writes nothing",
        arguments: dialects)
    func twice(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let source = try scene.archive(PublishScene.image(0))
            let file = scene.program.home.file("receipt.json")
            let step = ["GITHUB_OUTPUT": "out", "GITHUB_STEP_SUMMARY": "summary"].mapValues {
                scene.program.home.file($0)
            }
            let first = try await scene.publish(
                source, 0, "--receipt", file,
                environment: step.merging(["GITHUB_RUN_ID": "77"]) { $1 })
            try #require(first.status == 0, "\(first.stderr)")
            let digest = first.firstLine
            #expect(first.stdout == "\(digest)\n")
            let wanted = ["sha-aaaaaaa": digest, "dev": digest, "main": digest]
            #expect(try await registry.tags() == wanted)
            #expect(try await registry.has(digest))
            let receipt = try Receipt(try scene.program.home.read("receipt.json"))
            #expect(receipt.type == "publisher.receipt.v1" && receipt.complete)
            #expect(receipt.run?.id == "77")
            #expect(receipt.outcomes == ["sha-aaaaaaa: created", "dev: created", "main: created"])
            #expect(receipt.tags.map(\.kind) == ["immutable", "rolling", "rolling"])
            #expect(receipt.tags.allSatisfy { $0.after == digest && $0.verified != nil })
            #expect(receipt.destinations.map(\.digest) == [digest])
            try await registry.expectServed(receipt)
            let output = String(decoding: try scene.program.home.read("out"), as: UTF8.self)
            let reference = "\(registry.host)/team/app@\(digest)"
            #expect(output == "digest=\(digest)\nreference=\(reference)\nreceipt=\(file)\n")
            let summary = String(decoding: try scene.program.home.read("summary"), as: UTF8.self)
            #expect(summary.contains("| `main` | – | `") && summary.contains(reference))

            registry.record()
            let again = try await scene.publish(source, 0, "--json")
            #expect(again.status == 0, "\(again.stderr)")
            #expect(registry.writes.isEmpty, "\(registry.writes)")
            let second = try Receipt(again.output)
            #expect(second.outcomes == ["sha-aaaaaaa: already", "dev: already", "main: already"])
            #expect(second.destinations.first?.blobs == ["existing": 3])
        }
    }

    @Test(
        "the next publish moves the aliases, and what they named can still be pulled",
        arguments: dialects)
    func next(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let old = try await scene.published(0)
            let new = try await scene.published(1)
            #expect(
                try await registry.tags()
                    == ["sha-aaaaaaa": old, "sha-bbbbbbb": new, "dev": new, "main": new])
            #expect(try await registry.has(old))
        }
    }

    @Test("an index goes as it is", arguments: dialects)
    func index(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            var layout = OCILayout()
            let image = try layout.add(PublishScene.image(0))
            let list = layout.addIndex([image, layout.addAttestation(for: image)])
            layout.list(list)
            let result = try await scene.publish(scene.layout(layout))
            #expect(result.status == 0, "\(result.stderr)")
            #expect(result.firstLine == list.digest)
            #expect(
                try await registry.tags()
                    == ["sha-aaaaaaa": list.digest, "dev": list.digest, "main": list.digest])
        }
    }

    // MARK: Refusals

    /// Publishes, which has to be refused with these words, and nothing is written.
    private func expectRefused(
        _ scene: PublishScene, _ registry: PromoteScene, says: [String], code: Int32 = 10,
        asksNothing: Bool = false, sourceLocation: SourceLocation = #_sourceLocation,
        _ publish: () async throws -> ChildResult
    ) async throws {
        let before = try await registry.tags()
        registry.record()
        let result = try await publish()
        if asksNothing {
            #expect(
                registry.requests.isEmpty, "\(registry.requests)", sourceLocation: sourceLocation)
        }
        #expect(result.status == code, "\(result.stderr)", sourceLocation: sourceLocation)
        #expect(result.stdout.isEmpty, sourceLocation: sourceLocation)
        expectError(result, says: says, sourceLocation: sourceLocation)
        #expect(registry.writes.isEmpty, "\(registry.writes)", sourceLocation: sourceLocation)
        #expect(try await registry.tags() == before, sourceLocation: sourceLocation)
    }

    @Test(
        "scenario 11: a version that is taken by another image is a conflict", arguments: dialects)
    func conflict(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let ref = "refs/tags/v2026.5.4"
            let first = try await scene.published(0, ref: ref)
            let other = PublishScene.image(0, seed: 99)
            let id = Sha256.digest(other.config)
            try await expectRefused(
                scene, registry,
                says: ["2026.5.4", first, Sha256.digest(PublishScene.image(0).config), id]
            ) { try await scene.publish(scene.archive(other), ref: ref) }
        }
    }

    @Test("so it is with an image in registry form")
    func packedConflict() async throws {
        try await PublishScene.with(.oci) { scene, registry in
            let ref = "refs/tags/v2026.5.4"
            let first = try await scene.published(0, ref: ref)
            let layout = try OCILayout.image(PublishScene.image(0, seed: 99))
            try await expectRefused(
                scene, registry, says: [first, try #require(layout.roots.first?.digest)]
            ) { try await scene.publish(scene.layout(layout), ref: ref) }
        }
    }

    @Test(
        "an image of another commit or platform is refused, with all that is wrong",
        arguments: dialects)
    func labels(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            var image = PublishScene.image(0)
            image.architecture = "arm64"
            let source = try scene.archive(image)
            try await expectRefused(
                scene, registry,
                says: [
                    "expected: \(PublishScene.commits[1])", "observed: \(PublishScene.commits[0])",
                    "platform linux/amd64: missing", "platform linux/arm64: not among",
                ]
            ) { try await scene.publish(source, 1) }
        }
    }

    @Test("scenario 6: a ref moves the aliases of its own channel alone", arguments: dialects)
    func channels(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            _ = try await scene.published(0, ref: "refs/tags/v2026.7.1")
            let source = try scene.archive(PublishScene.image(1))
            let refusals = [
                ("refs/heads/main", "release", "belongs to channel dev, not to 'release'"),
                ("refs/heads/feature", "dev", "no channel takes it"),
                ("refs/tags/v2026.07.2", "release", "no calver version"),
            ]
            for (ref, channel, text) in refusals {
                try await expectRefused(scene, registry, says: [text], asksNothing: true) {
                    try await scene.publish(source, 1, ref: ref, "--channel", channel)
                }
            }
            try await expectRefused(
                scene, registry, says: ["no channel takes it"], asksNothing: true
            ) { try await scene.publish(source, 1, ref: "refs/heads/feature") }
            // Nor can the configuration give what is a release's to dev too.
            try scene.configure(dev: "latest")
            try await expectRefused(scene, registry, says: ["latest"], code: 78, asksNothing: true)
            {
                try await scene.publish(source, 1)
            }
        }
    }

    @Test("without a ref or commit it asks for one")
    func usage() async throws {
        let program = try Program()
        let bare = try await program.run("publish", "app", "--from", "x")
        #expect(bare.status == 64)
        expectError(bare, says: ["--ref is missing, and GITHUB_REF is not set"])
        let half = try await program.run(
            "publish", "app", "--from", "x", "--ref", "refs/heads/main")
        #expect(half.status == 64)
        expectError(half, says: ["--revision is missing, and GITHUB_SHA is not set"])
    }
}
