import TestSupport
import Testing

/// The Docker Engine at work with a local registry, in both dialects.
@Suite(.needs(.engine)) struct LocalRegistryEngineTests {
    private let engine: Engine

    init() throws { engine = try Engine() }

    private func id(_ image: String) async throws -> String {
        try await engine.docker("image", "inspect", "--format", "{{.Id}}", image)
    }

    @Test(
        "what docker pushes is what it pulls",
        arguments: LocalSetup.all + LocalSetup.olderGiteas)
    func pushAndPull(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        let built = try await engine.build(
            "local", "FROM scratch\nCOPY noise.bin /\nCOPY noise.bin /again\n",
            files: ["noise.bin": FixtureContent.random(2_000_000, seed: .random(in: 0...(.max)))])
        let first = try await id(built)
        let name = "\(registry.host)/team/app:1"
        try await engine.docker("tag", built, name)
        // Where Gitea's token service says no, docker asks again for most of a minute.
        if setup.authentication != .none, setup.dialect == .oci {
            await #expect(throws: (any Error).self, "nobody has logged in yet") {
                try await engine.docker("push", "--quiet", name)
            }
        }
        if setup.authentication != .none {
            try await engine.login(registry.host, registry.user, registry.password)
        }
        try await engine.docker("push", "--quiet", name)
        let digests = try await engine.docker(
            "image", "inspect", "--format", "{{join .RepoDigests \" \"}}", name)
        try await visitor.login(registry)
        let digest = try await visitor.publisher("digest", name)
        #expect(digest.status == 0, "\(digest.stderr)")
        #expect(digests.contains("\(registry.host)/team/app@\(digest.firstLine)"))

        for reference in [name, "\(registry.host)/team/app@\(digest.firstLine)"] {
            try await engine.docker("image", "rm", name, built)
            try await engine.docker("pull", "--quiet", reference)
            #expect(try await id(reference) == first)
            try await engine.docker("tag", reference, built)
            if reference != name { try await engine.docker("tag", reference, name) }
        }
        // Layers are mounted; of an image's parts docker sends the configuration again.
        let other = "\(registry.host)/team/other:2"
        try await engine.docker("tag", built, other)
        try await engine.docker("push", "--quiet", other)
        let copy = try await visitor.publisher("digest", other)
        #expect(copy.stdout == digest.stdout, "\(copy.stderr)")
        let sent = registry.accesses.filter {
            $0.path.hasPrefix("/v2/team/other/") && $0.method == "PATCH"
        }
        #expect(sent.count == 1, "\(sent)")
        try await engine.docker("image", "rm", name, other)
        try await registry.stop()
    }

    // One after the other: to the engine both are one image, which the first to end removes.
    @Test("docker pulls what publisher pushed", .serialized, arguments: LocalSetup.guarded)
    func pullsOurs(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        try await visitor.login(registry)
        let archive = try visitor.program.file("image.tar", DockerArchive(.small()).bytes)
        let name = "\(registry.host)/team/app:1"
        let pushed = try await visitor.publisher("push", archive, name)
        try #require(pushed.status == 0, "\(pushed.stderr)")
        try await engine.login(registry.host, registry.user, registry.password)
        try await engine.docker("pull", "--quiet", name)
        #expect(try await id(name) == Sha256.digest(FixtureImage.small().config))
        try await engine.docker("image", "rm", name)
        try await registry.stop()
    }
}
