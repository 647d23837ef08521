import Foundation
import TestSupport
import Testing

/// The builder, built once a test process in the engine of the tests, on the stand-ins for its base images: the
/// first test that asks waits for some minutes, all others for nothing.
struct BuilderImages: Sendable {
    /// The builder's name in the engine of the tests.
    let builder = "matric-builder:tests"
    /// The build arguments that put the stand-ins in the place of base images, as `docker build` takes them.
    let arguments: [String: String]

    /// What `build/Dockerfile.builder` was given as `IMAGE_IDENTITY`.
    static let identity = "builder-of-the-tests.0001"
    /// What it was given as `GIT_SHA`, the label `org.opencontainers.image.revision`.
    static let revision = String(repeating: "b17d", count: 10)

    private static let building = Task.detached { try await BuilderImages() }
    /// The images, built by now.
    static var shared: BuilderImages {
        get async throws { try await building.value }
    }

    private init() async throws {
        let client = try DockerClient()
        let make = ProgramCall(
            Peers.root + "build/stand-ins/make", [Program.path],
            environment: client.variables.merging(["DOCKER": client.program]) { $1 })
        let lines = try await ChildProcess.run(make, timeout: 900).checked().stdout
        arguments = Dictionary(
            uniqueKeysWithValues: lines.split(separator: "\n").map { line in
                let parts = line.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts[1]))
            })
        try await client.build(
            builder, "build/Dockerfile.builder", target: "builder",
            arguments: arguments.merging([
                "IMAGE_IDENTITY": Self.identity, "GIT_SHA": Self.revision, "VERSION": "2026.7.1",
            ]) { $1 })
    }
}

/// Docker's client, at the engine of the tests, with nothing of this machine's configuration.
struct DockerClient: Sendable {
    let program: String
    /// For `DOCKER_HOST`.
    let address: String
    private let folder: TemporaryFolder

    init() throws {
        address = try #require(
            Peers.environment["PUBLISHER_TEST_DOCKER_HOST"], "\(Peer.engine.rawValue)")
        program = try #require(Peers.environment["PUBLISHER_TEST_DOCKER"])
        folder = try TemporaryFolder(prefix: "docker-client")
    }

    /// What leads a program to the engine.
    var variables: [String: String] {
        ["DOCKER_HOST": address, "DOCKER_CONFIG": folder.path, "DOCKER_BUILDKIT": "1"]
    }

    /// Runs a command and gives how it ended.
    func run(
        _ arguments: [String], timeout: Double = 180, environment: [String: String] = [:]
    ) async throws -> ChildResult {
        try await ChildProcess.run(
            ProgramCall(
                program, arguments, environment: variables.merging(environment) { $1 },
                directory: Peers.root),
            timeout: timeout)
    }

    /// Builds an image; gives what the build printed. The engine of the tests has no bridge.
    @discardableResult
    func build(
        _ name: String, _ dockerfile: String, target: String? = nil, context: String = ".",
        arguments: [String: String] = [:]
    ) async throws -> String {
        var call = ["build", "--progress", "plain", "--network", "host"]
        call += arguments.sorted { $0.key < $1.key }
            .flatMap { ["--build-arg", "\($0.key)=\($0.value)"] }
        if let target { call += ["--target", target] }
        call += ["--tag", name, "--file", dockerfile, context]
        let result = try await run(call, timeout: 900).checked()
        return result.stdout + result.stderr
    }
}
