import Foundation
import TestSupport
import Testing

/// `publisher verify` of what receipts and the configuration claim, in two registries at once.
@Suite struct VerifyClaimsTests {
    @Test("a receipt is compared tag by tag with what is there now")
    func receipt() async throws {
        let scene = try await TwoRegistries()
        let digest = try await scene.pushBoth(seed: 1, "sha-1234567", "dev")
        let receipt = try scene.receipt(digest)

        let good = try await scene.visitor.publisher("verify", "--receipt", receipt, "--deep")
        #expect(good.status == 0, "\(good.stdout)\(good.stderr)")
        #expect(good.stdout.isEmpty)

        let later = try await scene.push(seed: 2, to: scene.second, "dev", "old")
        let moved = try await scene.visitor.publisher("verify", "--receipt", receipt)
        #expect(moved.status == 11)
        #expect(
            moved.stdout == "drift \(scene.second):dev expected \(digest) observed \(later) "
                + "(a rolling tag, which a later publish may have moved)\n")

        _ = try await scene.push(seed: 2, to: scene.first, "sha-1234567")
        let both = try await scene.visitor.publisher("verify", "--receipt", receipt)
        #expect(both.status == 11)
        #expect(
            both.stdout.hasPrefix(
                "drift \(scene.first):sha-1234567 expected \(digest) observed \(later)\n"),
            "\(both.stdout)")
    }

    @Test("what a receipt tells of the manifest has to be so")
    func receiptFacts() async throws {
        let scene = try await TwoRegistries()
        let digest = try await scene.pushBoth(seed: 1, "sha-1234567", "dev")
        let other = Sha256.digest(Array("other".utf8))
        let wrong = try scene.receipt(digest, config: other, size: 1, failure: "it was down")
        let result = try await scene.visitor.publisher("verify", "--receipt", wrong)
        #expect(result.status == 11)
        let lines = result.stdout.split(separator: "\n").map(String.init)
        #expect(lines.contains("incomplete \(scene.second) (it was down)"), "\(lines)")
        for name in [scene.first, scene.second] {
            #expect(lines.contains { $0.hasPrefix("size \(name)@\(digest) expected 1 observed") })
            #expect(
                lines.contains { $0.hasPrefix("drift \(name)@\(digest) expected \(other) ") })
        }
    }

    @Test("what is no receipt is told as such")
    func noReceipt() async throws {
        let program = try Program()
        let none = try await program.run("verify", "--receipt", "nowhere.json")
        #expect(none.status == 66)
        expectError(none, says: ["nowhere.json"])
        let other = try program.file("other.json", Array(#"{"type":"other"}"#.utf8))
        let wrong = try await program.run("verify", "--receipt", other)
        #expect(wrong.status == 65)
        expectError(wrong, says: ["'other', not publisher.receipt.v1"])
        #expect(try await program.run("verify").status == 64)
    }

    @Test("an image's rolling tags agree within a channel and between registries")
    func configuration() async throws {
        let scene = try await TwoRegistries()
        let none = try await scene.visitor.publisher("verify", "app")
        #expect(none.status == 11)
        #expect(none.stdout == "missing app (none of its rolling tags is anywhere)\n")

        let digest = try await scene.pushBoth(seed: 1, "dev", "main", "7")
        let good = try await scene.visitor.publisher("verify", "app")
        #expect(good.status == 0, "\(good.stdout)\(good.stderr)")
        let tag = try await scene.visitor.publisher("verify", "app:7", "--same", "dev")
        #expect(tag.status == 0, "\(tag.stdout)\(tag.stderr)")
        let unborn = try await scene.visitor.publisher("verify", "app", "--channel", "release")
        #expect(unborn.status == 11)
        #expect(
            unborn.stdout == "missing \(scene.first):latest\nmissing \(scene.second):latest\n")

        let later = try await scene.push(seed: 2, to: scene.second, "main")
        let deleted = try await scene.visitor.publisher("delete", "\(scene.first):main")
        #expect(deleted.status == 0, "\(deleted.stderr)")
        let apart = try await scene.visitor.publisher("verify", "app", "--channel", "dev")
        #expect(apart.status == 11)
        let note = "(\(scene.first):dev names what is expected)"
        #expect(
            apart.stdout == """
                missing \(scene.first):main expected \(digest) \(note)
                drift \(scene.second):main expected \(digest) observed \(later) \(note)

                """)
    }

    @Test("names that the configuration does not have are told with those that it has")
    func unknownNames() async throws {
        let scene = try await TwoRegistries()
        let image = try await scene.visitor.publisher("verify", "apps")
        #expect(image.status == 64)
        expectError(image, says: ["'apps'", "its images are app"])
        let channel = try await scene.visitor.publisher("verify", "app", "--channel", "prod")
        #expect(channel.status == 64)
        expectError(channel, says: ["'prod'", "dev, release"])
        let nowhere = try await Program().run("verify", "app")
        #expect(nowhere.status == 78)
    }
}

/// A registry in each dialect, and a configuration that publishes an image to both.
private struct TwoRegistries {
    let registries: [LocalRegistryServer]
    let visitor: LocalVisitor

    init() async throws {
        let one = try await LocalRegistryServer(LocalSetup(dialect: .oci))
        let two = try await LocalRegistryServer(LocalSetup(dialect: .gitea))
        registries = [one, two]
        visitor = try LocalVisitor(one, two)
        try visitor.program.home.write(
            "publisher.yaml",
            """
            registries:
              one: {host: "\(one.host)"}
              two: {host: "\(two.host)", dialect: gitea}
            channels:
              dev: {on: refs/heads/main}
              release: {on: "refs/tags/v{version}", versions: calver}
            images:
              app:
                repository: [one/team/app, two/team/app]
                tags:
                  dev: {immutable: ["sha-{sha7}"], rolling: ["{channel}", main]}
                  release: {immutable: ["{version}"], rolling: [latest, "{major}.{minor}"]}
            """)
    }

    var first: String { "\(registries[0].host)/team/app" }
    var second: String { "\(registries[1].host)/team/app" }

    func push(seed: UInt64, to repository: String, _ tags: String...) async throws -> String {
        try await visitor.push(.image(.small(seed: seed), tag: "v"), repository, tags)
    }

    func pushBoth(seed: UInt64, _ tags: String...) async throws -> String {
        let layout = try OCILayout.image(.small(seed: seed), tag: "v")
        let digest = try await visitor.push(layout, first, tags)
        #expect(try await visitor.push(layout, second, tags) == digest)
        return digest
    }

    /// Writes the receipt of a publish of that digest to both, as `sha-1234567` and `dev`; `old`
    /// was held by a newer one. A failure is the second's.
    func receipt(
        _ digest: String, config: String? = nil, size: Int? = nil, failure: String? = nil
    ) throws -> String {
        func entry(_ tag: String, _ kind: String, _ outcome: String) -> [String: Any] {
            ["tag": tag, "kind": kind, "outcome": outcome, "after": digest]
        }
        let destinations = [first, second].map { name in
            var destination: [String: Any] = [
                "repository": name, "reference": "\(name)@\(digest)", "digest": digest,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "platforms": ["linux/amd64"], "diffIDs": [String](), "blobs": [String: Int](),
                "tags": [
                    entry("sha-1234567", "immutable", "created"), entry("dev", "rolling", "moved"),
                    entry("old", "rolling", "superseded"),
                ], "complete": true,
            ]
            if let config { destination["config"] = config }
            if let size { destination["size"] = size }
            if let failure, name == second {
                destination["failure"] = failure
                destination["complete"] = false
            }
            return destination
        }
        let receipt: [String: Any] = [
            "type": "publisher.receipt.v1", "source": "oci:layout", "destinations": destinations,
            "bytesSent": 1, "requests": [String: Int](), "started": "2026-07-10T12:00:00Z",
            "seconds": 1, "complete": failure == nil,
        ]
        let bytes = try JSONSerialization.data(withJSONObject: receipt)
        return try visitor.program.home.write("receipt.json", [UInt8](bytes))
    }
}
