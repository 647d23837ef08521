import Foundation
import TestSupport
import Testing

/// `publisher run` in a container of a real Docker Engine.
@Suite(.serialized) struct RunEngineTests {
    private struct Shown: Decodable {
        struct Evidence: Decodable {
            struct Step: Decodable {
                var what: String
                var value: String
            }
            var index: String?
            var manifest: String?
            var config: String?
            var proof: [Step]
            var notes: [String]
        }
        var grade: String
        var method: String
        var builder: String?
        var evidence: Evidence
        var record: String
    }

    /// A container that a job runs in, with the program and what it needs mounted.
    private struct Job {
        let engine: Engine
        let name: String
        let scene: RunScene
        private let binary: String

        init(_ engine: Engine, _ scene: RunScene, image: String, hasSocket: Bool) async throws {
            self.engine = engine
            self.scene = scene
            name = "job-\(UUID().uuidString.prefix(8).lowercased())"
            binary = try await tool("readlink", "-f", Program.path)
            let binaries = URL(filePath: binary).deletingLastPathComponent().path()
            let swift = try await tool("sh", "-c", "readlink -f \"$(command -v swift)\"")
            let toolchain = URL(filePath: swift).deletingLastPathComponent()
                .deletingLastPathComponent().path()
            let libraries = "/usr/lib/x86_64-linux-gnu"
            var mounts = [
                "\(binaries):\(binaries):ro", "\(toolchain):\(toolchain):ro",
                "\(libraries):\(libraries):ro", "\(scene.program.home.path):/job",
            ]
            if hasSocket {
                mounts.append("\(engine.address.dropFirst("unix://".count)):/var/run/docker.sock")
            }
            var arguments = ["run", "--detach", "--rm", "--network", "host", "--name", name]
            for mount in mounts { arguments += ["--volume", mount] }
            let variables = RunScene.job.merging([
                "HOME": "/job", "LEDGER_KEY": try scene.key, "GITHUB_JOB": name,
                "LD_LIBRARY_PATH": "\(toolchain)/lib/swift/linux",
            ]) { $1 }
            for (key, value) in variables { arguments += ["--env", "\(key)=\(value)"] }
            try await engine.docker(arguments + ["--workdir", "/job", image, "sleep", "600"])
        }

        func publisher(_ arguments: String...) async throws -> String {
            try await engine.docker(["exec", name, binary] + arguments)
        }

        func end() async { _ = try? await engine.docker("kill", name) }
    }

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

        let job = try await Job(engine, scene, image: place, hasSocket: true)
        let blind = try await Job(engine, scene, image: place, hasSocket: false)
        defer {
            Task {
                await job.end(); await blind.end()
            }
        }
        let shown = try JSONDecoder().decode(
            Shown.self, from: Data(try await job.publisher("run", "start", "--json").utf8))
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
        let told = try JSONDecoder().decode(
            Shown.self, from: Data(try await blind.publisher("run", "start", "--json").utf8))
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
        let job = try await Job(engine, scene, image: place, hasSocket: true)
        defer { Task { await job.end() } }
        let shown = try JSONDecoder().decode(
            Shown.self, from: Data(try await job.publisher("run", "start", "--json").utf8))
        #expect(
            shown.grade == "B" && shown.evidence.manifest == pushed.firstLine,
            "\(shown.evidence.notes)")
        await job.end()
        try await engine.docker("image", "rm", "--force", place)
    }
}
