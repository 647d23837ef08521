import Foundation
import TestSupport
import Testing

/// The builders in a registry, made once a test process: each pipeline serves a copy of its folder.
struct PipelineBuilders: Sendable {
    /// `HOST/…` of `publisher.yaml` without the host.
    static let repository = "roctinam/matric-memory/builder"
    /// The builder with a GPU in the engine of the tests.
    static let gpu = "matric-builder-gpu:tests"

    /// The digests, as pushed.
    let builder: String
    let builderGPU: String
    /// The folder of the registry that holds them.
    let root: String
    /// The build arguments of the stand-ins, as the variable `BUILD_ARGS` has them.
    let arguments: String
    private let folder: TemporaryFolder

    private static let making = Task.detached { try await PipelineBuilders() }
    static var shared: PipelineBuilders {
        get async throws { try await making.value }
    }

    private init() async throws {
        let images = try await BuilderImages.shared
        let client = try DockerClient()
        try await client.build(
            Self.gpu, "build/Dockerfile.builder", target: "builder-gpu",
            arguments: images.arguments.merging([
                "IMAGE_IDENTITY": "builder-gpu-of-the-tests.0001", "VERSION": "2026.7.1",
            ]) { $1 })
        arguments = images.arguments.map { "\($0.key)=\($0.value)" }.sorted().joined(
            separator: "\n")
        folder = try TemporaryFolder(prefix: "builders")
        root = folder.file("root")
        let registry = try await LocalRegistryServer(.pipeline)
        let program = try Program(environment: registry.credentials)
        func push(_ image: String, _ tag: String) async throws -> String {
            let pushed = try await program.run(
                "push", "docker-daemon:\(image)", "\(registry.host)/\(Self.repository):\(tag)",
                environment: ["DOCKER_HOST": client.address])
            try #require(pushed.status == 0, "\(pushed.stderr)")
            return pushed.firstLine
        }
        builder = try await push(images.builder, "latest")
        builderGPU = try await push(Self.gpu, "gpu")
        try await registry.stop()
        try await tool("cp", "-a", "--reflink=auto", registry.root, root)
    }
}

extension LocalSetup {
    /// A registry as Gitea's is: its dialect, and tokens.
    static let pipeline = LocalSetup(dialect: .gitea, authentication: .token)
}

extension LocalRegistryServer {
    /// The variables with which the program pushes here.
    var credentials: [String: String] {
        ["PUBLISHER_USERNAME": user, "PUBLISHER_PASSWORD": password]
    }
}
