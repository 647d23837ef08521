import Foundation
import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

/// `publisher publish` when something goes wrong on the way.
@Suite struct PublishFaultTests {
    private static let dialects = [Dialect.oci, .gitea]

    @Test(
        "scenario 2: a blob that the registry does not know any more is sent again",
        arguments: dialects)
    func unknownBlob(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            registry.server.faults.add(
                RegistryFault(
                    on: "PUT /v2/team/app/manifests/sha256:*",
                    .status(.notFound, body: errorDocument("BLOB_UNKNOWN", "blob unknown"))))
            let digest = try await scene.published()
            #expect(registry.server.faults.fired.count == 1)
            #expect(
                try await registry.tags()
                    == ["sha-aaaaaaa": digest, "dev": digest, "main": digest])
        }
    }

    @Test("scenario 3: an alias that cannot be written brings the others back", arguments: dialects)
    func aliasRefused(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let old = try await scene.published(0)
            registry.server.faults.add(
                RegistryFault(
                    on: "PUT /v2/team/app/manifests/main", times: RegistryFault.always,
                    .status(.forbidden)))
            let source = try scene.archive(PublishScene.image(1))
            let file = scene.program.home.file("receipt.json")
            let result = try await scene.publish(source, 1, "--receipt", file)
            #expect(result.status == 77, "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            expectError(result, says: ["team/app:main", "rolled back"])
            let receipt = try Receipt(try scene.program.home.read("receipt.json"))
            #expect(!receipt.complete)
            #expect(
                receipt.outcomes
                    == ["sha-bbbbbbb: created", "dev: rolled back", "main: rolled back"])
            #expect(receipt.destinations.first?.failure?.contains("team/app:main") == true)
            let tags = try await registry.tags()
            #expect(tags["dev"] == old && tags["main"] == old)
            let new = try #require(tags["sha-bbbbbbb"])

            registry.server.faults.clear()
            registry.record()
            let again = try await scene.publish(source, 1)
            #expect(again.status == 0, "\(again.stderr)")
            #expect(registry.writes.allSatisfy { $0.path.contains("/manifests/") })
            #expect(
                try await registry.tags()
                    == ["sha-aaaaaaa": old, "sha-bbbbbbb": new, "dev": new, "main": new])
        }
    }

    private static let account = ["REGISTRY_USER": "ci", "REGISTRY_TOKEN": "local-pa55-77f0"]

    private func guarded(
        _ setup: LocalSetup, _ account: [String: String]
    ) async throws -> (PublishScene, LocalRegistryServer) {
        let registry = try await LocalRegistryServer(setup)
        var variables = account
        variables["SSL_CERT_FILE"] = registry.authorityFile
        let scene = try PublishScene(
            [("here", registry.host, setup.dialect.rawValue)], variables)
        return (scene, registry)
    }

    @Test(
        "scenario 4: a token that expires on the way is asked for anew",
        arguments: LocalSetup.guarded)
    func expired(setup: LocalSetup) async throws {
        var setup = setup
        setup.faults = "faults: [{on: \"POST /v2/**/blobs/uploads/\", expire-tokens: true}]"
        let (scene, registry) = try await guarded(setup, Self.account)
        let digest = try await scene.published()
        #expect(digest.hasPrefix("sha256:"))
        let again = try await scene.publish(scene.archive(PublishScene.image(0)))
        #expect(again.firstLine == digest, "\(again.stderr)")
        #expect(registry.writesOfLastRun.isEmpty)
        try await registry.stop()
    }

    @Test(
        "scenario 5: a token that is refused writes nothing, and is not shown",
        arguments: LocalSetup.guarded)
    func refused(setup: LocalSetup) async throws {
        var account = Self.account
        account["REGISTRY_TOKEN"] = "wrong-pa55-91c2"
        let (scene, registry) = try await guarded(setup, account)
        let file = scene.program.home.file("receipt.json")
        let result = try await scene.publish(
            scene.archive(PublishScene.image(0)), 0, "--receipt", file, "--verbose")
        #expect(result.status == 77, "\(result.stderr)")
        #expect(registry.accesses.filter(\.isWrite).isEmpty)
        let receipt = try scene.program.home.read("receipt.json")
        let said = result.stderr + result.stdout + String(decoding: receipt, as: UTF8.self)
        #expect(!said.contains("wrong-pa55"))
        #expect(try Receipt(receipt).tags.allSatisfy { $0.outcome == "untouched" })
        try await registry.stop()
    }

    @Test(
        "a registry that is down keeps no other from being published to, and is made up for",
        arguments: [(LocalSetup.Dialect.oci, LocalSetup.Dialect.gitea), (.gitea, .oci)])
    func oneDown(down: LocalSetup.Dialect, up: LocalSetup.Dialect) async throws {
        let first = try await LocalRegistryServer(LocalSetup(dialect: up))
        let place = "127.0.0.1:\(try freePort())"
        let scene = try PublishScene([
            ("down", place, down.rawValue), ("up", first.host, up.rawValue),
        ])
        let source = try scene.archive(PublishScene.image(0))
        let result = try await scene.publish(source, 0, "--json", "--retry-for", "0")
        #expect(result.status == 69, "\(result.stderr)")
        expectError(result, says: [place])
        let receipt = try Receipt(result.output)
        #expect(!receipt.complete)
        #expect(receipt.outcomes.prefix(3).allSatisfy { $0.hasSuffix(": untouched") })
        #expect(receipt.outcomes.suffix(3).allSatisfy { $0.hasSuffix(": created") })
        #expect(receipt.destinations[0].failure?.contains(place) == true)
        let writes = first.accesses.count(where: \.isWrite)

        let second = try await LocalRegistryServer(LocalSetup(dialect: down, listen: place))
        let again = try await scene.publish(source, 0)
        #expect(again.status == 0, "\(again.stderr)")
        #expect(again.firstLine == receipt.destinations[1].digest)
        #expect(first.accesses.count(where: \.isWrite) == writes)
        let visitor = try LocalVisitor(first, second)
        for host in [first.host, place] {
            for tag in ["sha-aaaaaaa", "dev", "main"] {
                let found = try await visitor.publisher("digest", "\(host)/team/app:\(tag)")
                #expect(found.stdout == again.stdout, "\(found.stderr)")
            }
        }
        try await first.stop()
        try await second.stop()
    }

    @Test("a conflict in one registry keeps all from being written")
    func conflictInOne() async throws {
        try await PromoteScene.with(.oci, .gitea) { registries in
            let hosts = zip(["one", "two"], registries).map { ($0, $1.host, "\($1.dialect)") }
            let scene = try PublishScene(hosts)
            _ = try await registries[1].put(
                .image(PublishScene.image(0, seed: 99)), "sha-aaaaaaa")
            for registry in registries { registry.record() }
            let result = try await scene.publish(scene.archive(PublishScene.image(0)))
            #expect(result.status == 10, "\(result.stderr)")
            #expect(registries.flatMap(\.writes).isEmpty)
            let one = try await scene.publish(
                scene.archive(PublishScene.image(0)), 0, "--registry", "one")
            #expect(one.status == 0, "\(one.stderr)")
            #expect(try await registries[0].tags().count == 3)
            #expect(registries[1].writes.isEmpty)
        }
    }
}
