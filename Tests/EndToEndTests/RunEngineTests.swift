import Foundation
import TestSupport
import Testing

/// `publisher run` in a container of a real Docker Engine.
@Suite(.serialized) struct RunEngineTests {
    @Test(
        "the record names the digest that ran, proven, though the tag has moved since",
        .needs(.engine), arguments: LocalSetup.open)
    func proven(setup: LocalSetup) async throws {
        let engine = try Engine()
        let registry = try await LocalRegistryServer(setup)
        let scene = try await RunScene(
            registry.host, dialect: setup.dialect.rawValue, minimum: "B")
        let built = try await engine.build(
            "builder", "FROM \(engine.base)\nLABEL org.example.number=\(UUID())\n")
        let place = "\(registry.host)/team/builder:latest"
        let pushed = try await scene.program.run(
            "push", "docker-daemon:\(built)", place, "--tag", "1", environment: engine.variables)
        try #require(pushed.status == 0, "\(pushed.stderr)")
        let digest = pushed.firstLine
        try await engine.docker("pull", "--quiet", place)

        let job = try await engine.job(scene, image: place, hasSocket: true)
        let blind = try await engine.job(scene, image: place, hasSocket: false)
        defer {
            Task {
                await job.end(); await blind.end()
            }
        }
        let shown = try await job.start()
        #expect(shown.grade == "B" && shown.method == "engine", "\(shown.evidence.notes)")
        #expect(shown.builder == "\(registry.host)/team/builder@\(digest)")
        #expect(shown.evidence.manifest == digest && shown.evidence.index == nil)
        #expect(
            shown.evidence.config
                == (try await engine.docker("image", "inspect", "--format", "{{.Id}}", place)))
        #expect(
            shown.evidence.proof.map(\.what) == [
                "container", "image-id", "image-name", "asked", "manifest", "config", "equal",
            ])
        let id = try await engine.docker("inspect", "--format", "{{.Id}}", job.name)
        #expect(shown.evidence.proof.first?.value == id)

        // The tag moves, and the engine learns of it.
        let newer = try await scene.push("team/builder:latest", seed: 9)
        #expect(newer != digest)
        let app = try await scene.push("team/app:1", seed: 10)
        _ = try await job.publisher(
            "run", "finish", "--published", "\(registry.host)/team/app@\(app)", "--record",
            "/job/run.json")
        let statement = try scene.statement("run.json")
        #expect(statement.contains(digest.dropFirst(7)) && !statement.contains(newer.dropFirst(7)))
        #expect(try await scene.run("verify", "--minimum-grade", "B").status == 0)
        let uses = try await scene.run("uses", digest)
        #expect(uses.stdout.contains("team/app@\(app)"), "\(uses.stdout)\(uses.stderr)")

        // Without the socket nothing is proven, and the reason is told.
        let told = try await blind.start()
        #expect(told.grade == "E" && told.builder == nil)
        #expect(told.evidence.notes.contains { $0.contains("no Docker Engine answers") })
        let verified = try await scene.run("verify")
        #expect(verified.status == 11 && verified.stdout.contains("grade  \(told.record)"))
        await job.end()
        await blind.end()
        try await engine.docker("image", "rm", "--force", place)
        try await registry.stop()
    }

    @Test(
        "an image that was built here and pushed, but never pulled, is proven by its tag's content",
        .needs(.engine))
    func builtHere() async throws {
        let engine = try Engine()
        let registry = try await LocalRegistryServer()
        let scene = try await RunScene(registry.host)
        let built = try await engine.build(
            "builder", "FROM \(engine.base)\nLABEL org.example.number=\(UUID())\n")
        let place = "\(registry.host)/team/builder:here"
        try await engine.docker("tag", built, place)
        let pushed = try await scene.program.run(
            "push", "docker-daemon:\(built)", place, environment: engine.variables)
        try #require(pushed.status == 0, "\(pushed.stderr)")
        let job = try await engine.job(scene, image: place, hasSocket: true)
        defer { Task { await job.end() } }
        let shown = try await job.start()
        #expect(
            shown.grade == "B" && shown.evidence.manifest == pushed.firstLine,
            "\(shown.evidence.notes)")
        await job.end()
        try await engine.docker("image", "rm", "--force", place)
    }

    @Test(
        "without the socket, the identity in the image leads to the digest that its publish recorded",
        .needs(.engine))
    func identity() async throws {
        let engine = try Engine()
        let registry = try await LocalRegistryServer()
        let scene = try await RunScene(registry.host)
        let identity = UUID().uuidString.lowercased()
        let built = try await engine.build(
            "builder",
            """
            FROM \(engine.base)
            LABEL publisher.image.identity=\(identity)
            COPY identity /etc/publisher/image-identity

            """, files: ["identity": Array("\(identity)\n".utf8)])
        let place = "\(registry.host)/team/builder"
        let pushed = try await scene.program.run(
            "push", "docker-daemon:\(built)", "\(place):1", environment: engine.variables)
        try #require(pushed.status == 0, "\(pushed.stderr)")
        let blind = try await engine.job(scene, image: built, hasSocket: false)
        let before = try await blind.start()
        #expect(before.grade == "E", "\(before.evidence.notes)")
        #expect(before.evidence.notes.contains { $0.contains("no record tells of an image") })

        // The run that publishes it records whose identity it is.
        _ = try await scene.start(in: "\(place)@\(pushed.firstLine)")
        let finished = try await scene.run("finish", "--published", "\(place):1")
        try #require(finished.status == 0, "\(finished.stderr)")
        let job = try await engine.job(scene, image: built, hasSocket: false)
        let told = try await job.start()
        #expect(told.grade == "D" && told.method == "baked-identity", "\(told.evidence.notes)")
        #expect(told.builder == "\(place)@\(pushed.firstLine)")
        #expect(try await scene.run("uses", pushed.firstLine).stdout.contains(job.name))
        await blind.end()
        await job.end()
        try await registry.stop()
    }
}
