import TestSupport
import Testing

/// The same archive and settings give the same digest, whatever the number of cores.
@Suite struct DeterminismTests {
    @Test(arguments: ["gzip", "zstd"])
    func oneCoreAndAllCoresGiveTheSameDigest(compression: String) async throws {
        let program = try Program()
        // Several blocks in one layer, the last of them not full.
        let text = FixtureContent.compressible(1_500_000, seed: 8)
        let long = (0..<6).flatMap { _ in text } + text.prefix(12_345)
        let image = FixtureImage(layers: [
            FixtureLayer([TarEntry("long.txt", .file(long))]), .random(700_000, seed: 9),
            .compressible(600_000, seed: 10),
        ])
        let archive = try program.file("image.tar", DockerArchive(image, style: .legacy).bytes)

        var digests: [String] = []
        for cores in [nil, "0", nil] {
            let registry = try ScriptedRegistry()
            var call = program.call([
                "push", archive, "\(registry.host)/team/app:x", "--compression", compression,
            ])
            if let cores {
                call.arguments = ["-c", cores, call.program] + call.arguments
                call.program = "taskset"
            }
            let result = try await ChildProcess.run(call)
            #expect(result.status == 0, "\(result.stderr)")
            digests.append(result.firstLine)
        }
        #expect(Set(digests).count == 1)
    }
}
