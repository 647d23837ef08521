import Foundation
import TestSupport
import Testing

/// What `docker save` of the engine writes, as files.
@Suite(.needs(.engine)) struct SavedImageTests {
    private let engine: Engine
    private let program: Program
    private let registry: ScriptedRegistry

    init() throws {
        engine = try Engine()
        program = try Program(environment: engine.variables)
        registry = try ScriptedRegistry()
    }

    private func build(_ short: String, seed: UInt64) async throws -> String {
        try await engine.build(
            short, "FROM scratch\nCOPY a /\nCOPY b /\nLABEL name=\(short)\nCMD [\"/a\"]\n",
            files: [
                "a": FixtureContent.random(30_000, seed: seed),
                "b": FixtureContent.compressible(90_000, seed: seed),
            ])
    }

    @Test func savedImagesAreTheSameAsTheEnginesWhateverTheirCompression() async throws {
        let image = try await build("one", seed: 1)
        let direct = try await program.run(
            "push", "docker-daemon:\(image)", "\(registry.host)/direct/app:1")
        #expect(direct.status == 0, "\(direct.stderr)")
        let plain = program.home.file("image.tar")
        try await engine.docker("save", "--output", plain, image)
        try await tool("gzip", "--keep", "--fast", plain)
        try await tool("zstd", "--quiet", "--keep", plain)
        for (index, file) in [plain, "\(plain).gz", "\(plain).zst"].enumerated() {
            let result = try await program.run(
                "push", "docker-archive:\(file)", "\(registry.host)/saved-\(index)/app:1")
            #expect(result.status == 0, "\(file): \(result.stderr)")
            #expect(result.firstLine == direct.firstLine)
        }
    }

    @Test func oneOfSeveralSavedImagesIsChosenByName() async throws {
        var digests: [String: String] = [:]
        let images = [try await build("left", seed: 2), try await build("right", seed: 3)]
        for image in images {
            let result = try await program.run("push", image, "\(registry.host)/direct/app:1")
            digests[image] = result.firstLine
        }
        let file = program.home.file("both.tar")
        try await engine.docker("save", "--output", file, images[0], images[1])
        for image in images {
            let result = try await program.run(
                "push", "docker-archive:\(file):\(image)", "\(registry.host)/saved/app:1")
            #expect(result.status == 0, "\(result.stderr)")
            #expect(result.firstLine == digests[image])
        }
        let writes = registry.writes.count
        let unclear = try await program.run(
            "push", "docker-archive:\(file)", "\(registry.host)/saved/app:2")
        #expect(unclear.status == 64)
        for image in images { #expect(unclear.stderr.contains(image)) }
        let absent = try await program.run(
            "push", "docker-archive:\(file):none:1", "\(registry.host)/saved/app:2")
        #expect(absent.status == 66)
        #expect(registry.writes.count == writes)
    }
}
