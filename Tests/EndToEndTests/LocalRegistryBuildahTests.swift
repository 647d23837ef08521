import TestSupport
import Testing

/// `buildah` at work with a local registry, in both dialects.
@Suite(.needs(.buildah)) struct LocalRegistryBuildahTests {
    @Test(
        "what buildah pushes is what it pulls",
        arguments: [LocalSetup.open[0], LocalSetup.guarded[1]])
    func pushAndPull(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        try await visitor.login(registry)
        let home = visitor.program.home
        func buildah(_ arguments: String...) async throws -> String {
            let place = [
                "--storage-driver", "vfs", "--root", home.file("storage"), "--runroot",
                home.file("run"),
            ]
            let result = try await visitor.attempt("buildah", place + arguments).checked()
            return result.stdout.split(separator: "\n").last.map(String.init) ?? ""
        }

        let noise = try visitor.program.file("noise.bin", FixtureContent.random(100_000, seed: 8))
        let container = try await buildah("from", "scratch")
        _ = try await buildah("copy", "--quiet", container, noise, "/srv/noise")
        let id = try await buildah("commit", "--quiet", "--rm", container)
        let name = "\(registry.host)/team/app:1"
        _ = try await buildah("push", "--quiet", id, "docker://\(name)")
        _ = try await buildah("rmi", "--all")
        #expect(try await buildah("pull", "--quiet", "docker://\(name)") == id)
        let digest = try await visitor.publisher("digest", name)
        #expect(digest.status == 0, "\(digest.stderr)")
        try await registry.stop()
    }
}
