import LocalRegistry
import TestSupport
import Testing

/// `publisher publish` of an image in a real Docker Engine.
@Suite struct PublishEngineTests {
    @Test(
        "publishing the same again writes nothing, and has the engine export nothing",
        .needs(.engine))
    func again() async throws {
        let engine = try Engine()
        try await PublishScene.with(.gitea) { scene, _ in
            let label = "org.opencontainers.image.revision=\(PublishScene.commits[0])"
            let image = try await engine.build(
                "app",
                "FROM \(engine.base)\nLABEL \(label)\nRUN echo \(PublishScene.commits[0]) >/file\n")
            func publish(_ receipt: String) async throws -> String {
                let result = try await scene.program.run(
                    "publish", "app", "--from", "docker-daemon:\(image)", "--engine-export",
                    "--ref",
                    "refs/heads/main", "--revision", PublishScene.commits[0], "--receipt", receipt,
                    environment: engine.variables)
                try #require(result.status == 0, "\(result.stderr)")
                return result.firstLine
            }
            let first = try await publish("first.json")
            let exports = try await engine.exports(of: image)
            #expect(exports > 0)
            #expect(try await publish("second.json") == first)
            #expect(try await engine.exports(of: image) == exports)
            let receipt = try scene.program.home.text("second.json")
            for write in ["PUT", "POST", "PATCH"] { #expect(!receipt.contains("\"\(write)\"")) }
        }
    }
}
