import Foundation
import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

/// `publisher publish` that is stopped on the way, or whose connection is.
@Suite struct PublishInterruptedTests {
    private static let dialects = [Dialect.oci, .gitea]

    /// Runs `body` beside a registry whose aliases name the image of an earlier commit.
    private func with(
        _ dialect: Dialect,
        _ body: (PublishScene, PromoteScene, _ source: String, _ old: String) async throws -> Void
    ) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let old = try await registry.put(
                .image(PublishScene.image(0)), "sha-aaaaaaa", "dev", "main")
            try await body(scene, registry, scene.archive(PublishScene.image(1)), old)
        }
    }

    @Test("killed at any request, and run again, it converges", arguments: dialects)
    func killed(dialect: Dialect) async throws {
        var steps = 0
        var isStill = true
        while isStill {
            try await with(dialect) { scene, registry, source, old in
                registry.server.faults.add(
                    RegistryFault(on: "/v2/**", skip: steps, .delay(.milliseconds(200))))
                let child = try ChildProcess(scene.call(["app", "--from", source], 1))
                while child.isRunning, registry.server.faults.fired.isEmpty {
                    try await Task.sleep(for: .milliseconds(1))
                }
                isStill = child.isRunning
                child.signal(SIGKILL)
                _ = try await child.wait()
                let between = try await registry.tags()
                let result = try await scene.publish(source, 1, "--json")
                #expect(result.status == 0, "step \(steps): \(result.stderr)")
                let receipt = try Receipt(result.output)
                try await registry.expectServed(receipt)
                let new = try #require(receipt.destinations.first?.digest)
                #expect(Set(between.values).isSubset(of: [old, new]), "step \(steps)")
                #expect(
                    try await registry.tags()
                        == ["sha-aaaaaaa": old, "sha-bbbbbbb": new, "dev": new, "main": new])
                #expect(try await registry.has(old))
            }
            // Every other one, the odd ones in the one dialect and the even ones in the other.
            steps += steps == 0 && dialect == .gitea ? 1 : 2
        }
        // Three blobs, a manifest and three tags, all of them looked at before and after.
        #expect(steps >= 20)
    }

    @Test(
        "an interruption leaves a receipt that says what is there", arguments: dialects,
        [
            "PATCH /v2/**", "PUT /v2/**/manifests/sha-bbbbbbb", "PUT /v2/**/manifests/dev",
            "PUT /v2/**/manifests/main",
        ])
    func interrupted(dialect: Dialect, request: String) async throws {
        try await with(dialect) { scene, registry, source, old in
            registry.server.faults.add(
                RegistryFault(on: try RequestPattern(request), .delay(.milliseconds(400))))
            let file = scene.program.home.file("receipt.json")
            let child = try ChildProcess(
                scene.call(["app", "--from", source, "--receipt", file], 1))
            try await registry.fault(number: 1)
            child.signal(SIGTERM)
            let result = try await child.wait(timeout: 30)
            #expect(result.status == 143, "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            let receipt = try Receipt(try scene.program.home.read("receipt.json"))
            #expect(!receipt.complete)
            #expect(receipt.destinations.first?.failure?.contains("interrupted") == true)
            try await registry.expectServed(receipt)
            // Where nothing but reading was left, nothing is put back.
            let tags = try await registry.tags()
            let isLast = request.hasSuffix("main")
            #expect((tags["dev"] == old) != isLast && (tags["main"] == old) != isLast)
            // A request that was under way has its answer waited for.
            #expect((tags["sha-bbbbbbb"] == nil) == request.hasPrefix("PATCH"))
        }
    }

    @Test("a tag whose write is never answered is found to be there", arguments: dialects)
    func unanswered(dialect: Dialect) async throws {
        try await with(dialect) { scene, registry, source, old in
            registry.server.faults.add(
                RegistryFault(
                    on: "PUT /v2/**/manifests/*-bbbbbbb", times: RegistryFault.always, .loseReply))
            let result = try await scene.publish(source, 1, "--retry-for", "0", "--json")
            #expect(result.status == 0, "\(result.stderr)")
            #expect(!registry.server.faults.fired.isEmpty)
            let receipt = try Receipt(result.output)
            try await registry.expectServed(receipt)
            #expect(receipt.outcomes == ["sha-bbbbbbb: created", "dev: moved", "main: moved"])
        }
    }

    @Test(
        "an immutable tag that cannot be read back is not said to be in order", arguments: dialects)
    func unreadable(dialect: Dialect) async throws {
        try await with(dialect) { scene, registry, source, old in
            registry.server.faults.add(
                RegistryFault(
                    on: "GET /v2/**/manifests/sha-bbbbbbb", times: RegistryFault.always,
                    .status(.forbidden)))
            let result = try await scene.publish(source, 1, "--retry-for", "0", "--json")
            #expect(result.status == 77, "\(result.stderr)")
            let receipt = try Receipt(result.output)
            #expect(!receipt.complete)
            #expect(
                receipt.outcomes
                    == ["sha-bbbbbbb: conflicted", "dev: untouched", "main: untouched"])
            #expect(receipt.tags.map(\.after) == [nil, old, old])
        }
    }

    @Test(
        "scenario 25: a layer whose connection breaks at 60 % goes in a new session",
        arguments: dialects)
    func broken(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            var image = FixtureImage(layers: [.random(3_000_000, seed: 7)])
            image.labels["org.opencontainers.image.revision"] = PublishScene.commits[0]
            let source = try scene.archive(image)
            registry.server.faults.add(
                RegistryFault(on: "PATCH /v2/**", .dropAfterReceiving(1_800_000)))
            let result = try await scene.publish(source, 0, "--json", "--retry-for", "60")
            #expect(result.status == 0, "\(result.stderr)")
            #expect(registry.server.faults.fired.count == 1)
            let receipt = try Receipt(result.output)
            try await registry.expectServed(receipt)
            #expect(receipt.outcomes == ["sha-aaaaaaa: created", "dev: created", "main: created"])
            // What arrives is what arrives without a fault.
            try await PublishScene.with(dialect) { other, _ in
                let whole = try await other.publish(source)
                #expect(whole.firstLine == receipt.destinations.first?.digest)
            }
        }
    }
}
