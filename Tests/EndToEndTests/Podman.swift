import Foundation
import TestSupport
import Testing

/// Podman with a storage of its own, and its service, which speaks the Docker Engine's API at a socket.
final class Podman: Sendable {
    /// The service's socket.
    let socket: String
    private let folder: TemporaryFolder
    private let service: ChildProcess

    init() async throws {
        let folder = try TemporaryFolder(prefix: "podman")
        self.folder = folder
        socket = folder.file("podman.sock")
        // What works in a container and on machines with either version of cgroups.
        try folder.write(
            "containers.conf",
            """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            lock_type = "file"
            tmp_dir = "\(folder.file("tmp"))"

            """)
        try folder.write("policy.json", #"{"default": [{"type": "insecureAcceptAnything"}]}"#)
        service = try ChildProcess(
            Self.call(folder, ["system", "service", "--time", "0", "unix://\(socket)"]))
        let deadline = ContinuousClock.now + .seconds(20)
        while !FileManager.default.fileExists(atPath: socket) {
            guard service.isRunning, ContinuousClock.now < deadline else {
                throw SupportError("no Podman: \(service.stderr)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Runs a command of Podman and gives what it printed.
    @discardableResult
    func podman(_ arguments: [String]) async throws -> String {
        let result = try await ChildProcess.run(
            Self.call(folder, arguments), timeout: 180
        ).checked()
        return result.stdout.split(separator: "\n").joined(separator: "\n")
    }

    /// Starts a container of an image for a job with this engine's socket.
    func job(_ scene: RunScene, image: String) async throws -> JobContainer {
        try await JobContainer(scene, image: image, socket: socket) { try await self.podman($0) }
    }

    /// Takes its containers and images away.
    func end() async {
        _ = try? await podman(["rm", "--all", "--force", "--time", "0"])
        _ = try? await podman(["rmi", "--all", "--force"])
        service.stop()
    }

    private static func call(_ folder: TemporaryFolder, _ arguments: [String]) -> ProgramCall {
        ProgramCall(
            "podman",
            [
                "--root", folder.file("root"), "--runroot", folder.file("run"),
                "--storage-driver", "vfs",
            ] + arguments,
            environment: [
                "CONTAINERS_CONF": folder.file("containers.conf"), "HOME": folder.path,
            ])
    }
}
