import Foundation
import TestSupport

/// A Docker Engine in a container of another one: Docker in Docker.
struct NestedEngine: Sendable {
    /// Its socket.
    let socket: String
    private let outer: Engine
    private let name: String
    private let client: String

    /// Which engine it is.
    enum Kind {
        /// This machine's own, with the classic image store.
        case classic
        /// That of the tests' builder, Debian 13's, with containerd's image store.
        case containerd
    }

    /// Where its containers find this machine's libraries.
    let libraries: String

    /// Starts `dockerd` in a container of an engine.
    ///
    /// - Parameter sharing: folders of this machine that its containers can mount.
    init(
        _ kind: Kind = .classic, in outer: Engine, folder: String, sharing: [String]
    ) async throws {
        self.outer = outer
        client = try await tool("sh", "-c", "command -v docker")
        name = "nested-\(UUID().uuidString.prefix(8).lowercased())"
        socket = "\(folder)/nested.sock"
        var arguments = [
            "run", "--detach", "--network", "host", "--name", name, "--cgroupns", "host",
            "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--security-opt",
            "seccomp=unconfined", "--security-opt", "apparmor=unconfined", "--volume",
            "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--volume", "\(folder):\(folder)",
        ]
        for path in sharing where !path.hasPrefix("/usr/") {
            arguments += ["--volume", "\(path):\(path)"]
        }
        var serve = [
            "dockerd", "--host", "unix://\(socket)", "--data-root", "/var/lib/docker",
            "--exec-root", "/run/nested", "--pidfile", "/run/nested.pid", "--bridge=none",
            "--iptables=false", "--ip6tables=false",
        ]
        switch kind {
        case .classic:
            libraries = JobContainer.libraries
            // Without a volume, so that its containers lie on the storage of its own.
            arguments += ["--volume", "/usr:/usr:ro", outer.base]
            serve += ["--storage-driver", "vfs"]
        case .containerd:
            libraries = "/libraries-of-the-machine"
            let settings = "\(folder)/daemon.json"
            try Data(#"{"features":{"containerd-snapshotter":true}}"#.utf8)
                .write(to: URL(filePath: settings))
            arguments += [
                "--volume", "\(JobContainer.libraries):\(libraries):ro", "--volume",
                "/var/lib/docker", "--entrypoint", "",
            ]
            arguments.append(try await BuilderImages.shared.builder)
            serve += ["--config-file", settings, "--storage-driver", "overlayfs"]
        }
        try await outer.docker(arguments + serve)
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
        let call = ProgramCall(
            client, ["--host", "unix://\(socket)"] + arguments,
            environment: ["DOCKER_BUILDKIT": "0"])
        let result = try await ChildProcess.run(call, timeout: 180).checked()
        return result.stdout.split(separator: "\n").joined(separator: "\n")
    }

    /// Takes it away with all its containers.
    func end() async { _ = try? await outer.docker("rm", "--force", "--volumes", name) }
}
