import TestSupport
import Testing

/// `publisher publish` as a step of a job that `run start` has begun.
@Suite struct RunPublishTests {
    private static let digest = "sha256:\(String(repeating: "0", count: 64))"

    /// A scene that publishes the image `app` too.
    private func scene(_ host: String, minimum: String) async throws -> (RunScene, source: String) {
        let scene = try await RunScene(host, minimum: minimum)
        let text = String(decoding: try scene.program.home.read("publisher.yaml"), as: UTF8.self)
        try scene.program.home.write(
            "publisher.yaml",
            text + """
                channels:
                  dev: {on: refs/heads/main}
                images:
                  app:
                    repository: local/team/app
                    tags:
                      dev: {immutable: ["sha-{sha7}"], rolling: [dev]}

                """)
        var image = FixtureImage.small(seed: 8)
        image.labels = [
            "publisher.image.identity": "0123456789abcdef",
            "org.opencontainers.image.base.name": "docker.io/library/rust:1.92",
            "org.opencontainers.image.base.digest": Self.digest,
        ]
        let folder = scene.program.home.file("app")
        try OCILayout.image(image, tag: "v").write(to: folder)
        return (scene, "oci:\(folder):v")
    }

    private func publish(_ scene: RunScene, _ source: String, key: Bool = true) async throws
        -> ChildResult
    {
        try await ChildProcess.run(
            scene.program.call(
                ["publish", "app", "--from", source, "--retry-for", "1"],
                key ? ["LEDGER_KEY": try scene.key] : [:]),
            timeout: 120)
    }

    @Test("what a begun job publishes is recorded by the publish itself")
    func recorded() async throws {
        let registry = try await LocalRegistryServer()
        let (scene, source) = try await scene(registry.host, minimum: "C")
        let builder = "\(scene.host)/team/builder@\(Self.digest)"
        let record = try await scene.start(in: builder)
        let published = try await publish(scene, source)
        try #require(published.status == 0, "\(published.stderr)")
        let uses = try await scene.run("uses", Self.digest)
        #expect(
            uses.stdout.contains("team/app@\(published.firstLine)  dev, sha-abababa"),
            "\(uses.stdout)")
        #expect(try await scene.run("verify").status == 0)
        let shown = try await scene.run("show", "4711")
        #expect(shown.stdout.contains("goes on from  \(record)"), "\(shown.stdout)")
        #expect(shown.stdout.contains("docker.io/library/rust@\(Self.digest)"), "\(shown.stdout)")
        // The image's own identity leads from the image to its digest.
        let tags = try await scene.program.run("tags", scene.ledger)
        #expect(tags.stdout.contains("identity-"))
        try await registry.stop()
    }

    @Test("a builder that is not known well enough keeps everything from being written")
    func refused() async throws {
        let registry = try ScriptedRegistry()
        let (scene, source) = try await scene(registry.host, minimum: "B")
        _ = try await scene.start(in: "\(scene.host)/team/builder@\(Self.digest)")
        let result = try await publish(scene, source)
        #expect(result.status == 10, "\(result.stderr)")
        expectError(result, says: ["grade C, not B", "run show"])
        let keyless = try await publish(scene, source, key: false)
        #expect(keyless.status == 78, "\(keyless.stderr)")
        #expect(registry.tags("team/app").isEmpty)
    }

    @Test("a job that was not begun publishes nothing where the ledger wants a grade")
    func notBegun() async throws {
        let registry = try ScriptedRegistry()
        let (scene, source) = try await scene(registry.host, minimum: "B")
        let result = try await publish(scene, source)
        #expect(result.status == 10, "\(result.stderr)")
        expectError(result, says: ["nothing is recorded of what this job runs in", "run start"])
        #expect(registry.writes.isEmpty)
        // Where no CI says what job it is, it is somebody's own machine.
        let own = try await ChildProcess.run(
            scene.program.call(
                [
                    "publish", "app", "--from", source, "--ref", "refs/heads/main", "--revision",
                    String(repeating: "ab", count: 20),
                ], ["GITHUB_RUN_ID": ""]))
        #expect(own.status == 0, "\(own.stderr)")
    }

    @Test("where the ledger wants no grade a job that was not begun publishes, and records nothing")
    func noGrade() async throws {
        let registry = try ScriptedRegistry()
        let (scene, source) = try await scene(registry.host, minimum: "B")
        let text = String(decoding: try scene.program.home.read("publisher.yaml"), as: UTF8.self)
        try scene.program.home.write(
            "publisher.yaml", text.replacing("  minimum-grade: B\n", with: ""))
        let result = try await publish(scene, source, key: false)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(registry.tags("team/runs").isEmpty)
    }
}
