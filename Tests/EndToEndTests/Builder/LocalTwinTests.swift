import Foundation
import TestSupport
import Testing

/// `build/scripts/build-and-push.sh`, the way to a new builder on a developer's machine.
@Suite(.needs(.engine))
struct LocalTwinTests {
    private let folder: TemporaryFolder
    private let client: DockerClient

    init() throws {
        folder = try TemporaryFolder(prefix: "local-twin")
        client = try DockerClient()
        for (name, program) in ["docker": client.program, "publisher": Program.path] {
            try FileManager.default.createDirectory(
                atPath: folder.file("bin"), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("bin/\(name)"), withDestinationPath: program)
        }
    }

    private func script(
        _ arguments: String..., root: String = Peers.root, with variables: [String: String] = [:]
    ) async throws -> ChildResult {
        var environment = client.variables.merging(variables) { $1 }
        environment["PATH"] = "\(folder.file("bin")):/usr/bin:/bin"
        environment["HOME"] = folder.path
        // The tests may run as another user than the one whose checkout this is.
        environment["GIT_CONFIG_COUNT"] = "1"
        environment["GIT_CONFIG_KEY_0"] = "safe.directory"
        environment["GIT_CONFIG_VALUE_0"] = "*"
        return try await ChildProcess.run(
            ProgramCall(
                root + "build/scripts/build-and-push.sh", arguments, environment: environment,
                inheritsEnvironment: false), timeout: 900)
    }

    /// Everything is said to be for `registry`.
    private func configure(_ host: String) throws -> String {
        try folder.write(
            "publisher.yaml",
            """
            registries: {here: {host: "\(host)", dialect: gitea}}
            channels: {dev: {on: refs/heads/main}}
            images:
              builder:
                repository: here/team/builder
                labels: {org.opencontainers.image.revision: "{sha}"}
                tags: {dev: {immutable: ["sha-{sha7}"], rolling: [latest]}}
              builder-gpu:
                repository: here/team/builder
                tags: {dev: {immutable: ["gpu-sha-{sha7}"], rolling: [gpu]}}

            """)
    }

    @Test("A dry run says each command and runs none")
    func dryRun() async throws {
        let name = "matric-builder:dry-\(UUID().uuidString.prefix(8).lowercased())"
        let result = try await script(
            "--dry-run",
            with: ["IMAGE": name, "GIT_REF": "refs/heads/main", "BUILD_ARGS": "A=b c\nD=e"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        let commands = result.stderr.split(separator: "\n").filter { $0.hasPrefix("+ ") }
        let builds = commands.filter { $0.hasPrefix("+ docker build ") }
        #expect(builds.count == 2)
        #expect(builds.allSatisfy { $0.contains(#"--build-arg A=b\ c --build-arg D=e "#) })
        #expect(commands.contains { $0.contains("builder-check \(name)") })
        #expect(commands.contains { $0.hasPrefix("+ publisher publish builder builder-gpu ") })
        #expect(try await client.run(["image", "ls", "--quiet", name]).stdout.isEmpty)
    }

    @Test("Both images are built, looked over, published under their tags, and verified")
    func publishes() async throws {
        let images = try await BuilderImages.shared
        let registry = try await LocalRegistryServer(LocalSetup(dialect: .gitea))
        let root = ["-C", Peers.root]
        let sha = try await tool("git", root[0], root[1], "rev-parse", "HEAD")
        let variables = [
            "IMAGE": "matric-builder:twin", "IMAGE_GPU": "matric-builder-gpu:twin",
            "BUILD_NETWORK": "host", "GITHUB_SHA": sha, "GIT_REF": "refs/heads/main",
            "BUILD_ARGS": images.arguments.map { "\($0.key)=\($0.value)" }.joined(
                separator: "\n"),
            "RECEIPTS": folder.path, "PUBLISHER_CONFIG": try configure(registry.host),
        ]
        let result = try await script(with: variables)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stderr.contains("matric-builder:twin: "))
        let tags = try await Program().run("tags", "\(registry.host)/team/builder").stdout
        let short = sha.prefix(7)
        #expect(
            Set(tags.split(separator: "\n").map(String.init)) == [
                "gpu", "gpu-sha-\(short)", "latest", "sha-\(short)",
            ])
        #expect(try folder.text("builder-gpu.json").contains("gpu-sha-\(short)"))

        // The images are of one commit, and cannot be published as another.
        let parent = try await tool("git", root[0], root[1], "rev-parse", "HEAD~1")
        let other = try await script(
            "check", with: variables.merging(["GITHUB_SHA": parent]) { $1 })
        #expect(other.status == 65)
        #expect(other.stderr.contains("is of commit \(sha), not \(parent): build it again"))
        let small = try await script("check", with: variables.merging(["LARGEST_MB": "5"]) { $1 })
        #expect(small.status == 65)
        #expect(small.stderr.contains("is larger than 5 MB"))
        _ = try await client.run(["image", "rm", "matric-builder:twin", "matric-builder-gpu:twin"])
    }

    @Test("Changes that are not committed are not published")
    func uncommitted() async throws {
        try await tool("git", "clone", "--quiet", Peers.root, folder.file("clone"))
        try folder.write("clone/left", "over")
        let result = try await script("push", root: folder.file("clone/"))
        #expect(result.status == 65)
        #expect(result.stderr.contains("changes that are not committed"), "\(result.stderr)")
    }

    @Test("What was built of something else than the commit is not published as it")
    func otherContent() async throws {
        let clone = folder.file("clone/")
        try await tool("git", "clone", "--quiet", Peers.root, clone)
        let sha = try await tool("git", "-C", clone, "rev-parse", "HEAD")
        let parent = try await tool("git", "-C", clone, "rev-parse", "HEAD~1")
        let other = try await script("build", root: clone, with: ["GIT_SHA": parent])
        #expect(other.status == 65)
        #expect(other.stderr.contains("what is checked out is \(sha), not \(parent)"))
        for (revision, reason) in [
            ("\(sha)-dirty", "was built with changes that were not committed"),
            (parent, "is of another commit than \(sha)"),
        ] {
            let name = "matric-builder:other-\(UUID().uuidString.prefix(8).lowercased())"
            let text = "FROM scratch\nLABEL org.opencontainers.image.revision=\(revision)\n"
            try folder.write("other/Dockerfile", text)
            try await client.build(
                name, folder.file("other/Dockerfile"), context: folder.file("other"))
            let result = try await script(
                "push", root: clone,
                with: ["IMAGE": name, "IMAGE_GPU": name, "GIT_REF": "refs/heads/main"])
            #expect(result.status == 65 && result.stderr.contains(reason), "\(result.stderr)")
            _ = try await client.run(["image", "rm", name])
        }
    }

    @Test("The images' bases are the ones in images.lock")
    func pins() async throws {
        let result = try await ChildProcess.run(
            ProgramCall(
                Program.path, ["pin", "--check", "--locked", "build"], directory: Peers.root))
        #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
    }
}
