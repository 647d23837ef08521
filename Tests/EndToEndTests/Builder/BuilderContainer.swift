import Foundation
import TestSupport
import Testing

/// A command in a container of the builder, which is gone afterwards.
struct BuilderContainer {
    let client: DockerClient
    let images: BuilderImages

    init() async throws {
        client = try DockerClient()
        images = try await BuilderImages.shared
    }

    /// What a container needs to run a Docker daemon.
    static let daemonRights = [
        "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--security-opt",
        "seccomp=unconfined", "--security-opt", "apparmor=unconfined",
    ]

    /// The options that mount the engine of the tests.
    var engineSocket: [String] {
        let path = client.address.replacing("unix://", with: "")
        return ["--volume", "\(path):/var/run/docker.sock"]
    }

    /// Runs the image's entrypoint with a command.
    func run(_ options: [String] = [], _ command: String...) async throws -> ChildResult {
        try await client.run(
            ["run", "--rm", "--network", "none"] + options + [images.builder] + command)
    }

    /// Runs a script the way Gitea's runner does: with an entrypoint of its own.
    func script(_ options: [String] = [], _ text: String) async throws -> ChildResult {
        try await client.run(
            ["run", "--rm", "--network", "none", "--entrypoint", "bash"] + options
                + [images.builder, "-c", text])
    }
}
