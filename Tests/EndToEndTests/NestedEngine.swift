import Foundation
import TestSupport

/// A Docker Engine in a container of another one: Docker in Docker.
struct NestedEngine: Sendable {
    /// Its socket.
    let socket: String
    private let outer: Engine
    private let name: String
    private let client: String

    /// Starts this machine's `dockerd` in a container of an engine.
    ///
    /// - Parameter sharing: folders of this machine that its containers can mount.
    init(in outer: Engine, folder: String, sharing: [String]) async throws {
        self.outer = outer
        client = try await tool("sh", "-c", "command -v docker")
        name = "nested-\(UUID().uuidString.prefix(8).lowercased())"
        socket = "\(folder)/nested.sock"
        var arguments = [
            "run", "--detach", "--network", "host", "--name", name, "--cgroupns", "host",
            "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--security-opt",
            "seccomp=unconfined", "--security-opt", "apparmor=unconfined", "--volume",
            "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--volume", "/usr:/usr:ro", "--volume",
            "\(folder):\(folder)",
        ]
        for path in sharing where !path.hasPrefix("/usr/") {
            arguments += ["--volume", "\(path):\(path)"]
        }
        // Without a volume, so that its containers lie on the storage of its own.
        let serve = [
            "dockerd", "--host", "unix://\(socket)", "--data-root", "/var/lib/docker",
            "--exec-root", "/run/nested", "--pidfile", "/run/nested.pid", "--bridge=none",
            "--iptables=false", "--ip6tables=false", "--storage-driver", "vfs",
        ]
        try await outer.docker(arguments + [outer.base] + serve)
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? await docker(["version"])) == nil {
            guard ContinuousClock.now < deadline else {
                let log = try await outer.docker("logs", "--tail", "20", name)
                throw SupportError("no engine within the engine: \(log)")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Runs a command of Docker's client and gives what it printed.
    @discardableResult
    func docker(_ arguments: [String]) async throws -> String {
        let call = ProgramCall(client, ["--host", "unix://\(socket)"] + arguments)
        let result = try await ChildProcess.run(call, timeout: 180).checked()
        return result.stdout.split(separator: "\n").joined(separator: "\n")
    }

    /// Takes it away with all its containers.
    func end() async { _ = try? await outer.docker("rm", "--force", "--volumes", name) }
}
