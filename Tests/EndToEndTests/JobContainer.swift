import Foundation
import TestSupport
import Testing

/// A container that a job runs in, with the program and what it needs mounted.
struct JobContainer {
    /// What is read of what `run start --json` tells.
    struct Told: Decodable {
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

    let name: String
    private let binary: String
    private let client: @Sendable ([String]) async throws -> String

    /// Starts a container of an image.
    ///
    /// - Parameter client: runs a command of the engine's client and gives what it printed.
    /// - Parameter socket: the engine's socket that the job gets; none where it gets none.
    /// - Parameter libraries: where the engine finds this machine's libraries.
    init(
        _ scene: RunScene, image: String, socket: String?, libraries: String = Self.libraries,
        client: @escaping @Sendable ([String]) async throws -> String
    ) async throws {
        self.client = client
        name = "job-\(UUID().uuidString.prefix(8).lowercased())"
        binary = try await tool("readlink", "-f", Program.path)
        let toolchain = try await Self.toolchain
        var mounts = try await Self.needed.map { path in
            "\(path == Self.libraries ? libraries : path):\(path):ro"
        }
        mounts.append("\(scene.program.home.path):/job")
        if let socket { mounts.append("\(socket):/var/run/docker.sock") }
        var arguments = ["run", "--detach", "--rm", "--network", "host", "--name", name]
        for mount in mounts { arguments += ["--volume", mount] }
        let variables = RunScene.job.merging([
            "HOME": "/job", "LEDGER_KEY": try scene.key, "GITHUB_JOB": name,
            "LD_LIBRARY_PATH": "\(toolchain)/lib/swift/linux",
        ]) { $1 }
        for (key, value) in variables { arguments += ["--env", "\(key)=\(value)"] }
        _ = try await client(arguments + ["--workdir", "/job", image, "sleep", "600"])
    }

    /// The folders that the program needs: its own, the toolchain's and the system's libraries.
    static var needed: [String] {
        get async throws {
            let binary = try await tool("readlink", "-f", Program.path)
            return [
                URL(filePath: binary).deletingLastPathComponent().path(), try await toolchain,
                libraries,
            ]
        }
    }

    /// Where this machine has its libraries.
    static let libraries = "/usr/lib/x86_64-linux-gnu"

    private static var toolchain: String {
        get async throws {
            let swift = try await tool("sh", "-c", "readlink -f \"$(command -v swift)\"")
            return URL(filePath: swift).deletingLastPathComponent().deletingLastPathComponent()
                .path()
        }
    }

    /// Runs the program in it and gives what it printed.
    func publisher(_ arguments: String...) async throws -> String {
        try await client(["exec", name, binary] + arguments)
    }

    /// Begins the job and gives what was found out about its image.
    func start() async throws -> Told {
        try JSONDecoder().decode(
            Told.self, from: Data(try await publisher("run", "start", "--json").utf8))
    }

    /// Ends it.
    func end() async { _ = try? await client(["kill", name]) }
}

extension Engine {
    /// Starts a container of an image for a job, which may get this engine's socket.
    func job(_ scene: RunScene, image: String, hasSocket: Bool) async throws -> JobContainer {
        try await JobContainer(scene, image: image, socket: hasSocket ? socket : nil) {
            try await self.docker($0)
        }
    }

    /// The socket that it listens at.
    var socket: String { String(address.dropFirst("unix://".count)) }
}
