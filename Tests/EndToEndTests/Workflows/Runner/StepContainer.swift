import Foundation
import TestSupport
import Testing

/// The container that a job's steps run in, started as Gitea's runner does: with an entrypoint of its own, the
/// host's network, a volume as the workspace, and the engine's socket.
final class StepContainer: Sendable {
    /// `RUNNER_TEMP`.
    static let temporary = "/tmp"

    /// `GITHUB_WORKSPACE`.
    static func workspace(_ repository: String) -> String { "/workspace/\(repository)" }

    let name: String
    private let engine: Engine
    private let folder: String

    init(
        _ engine: Engine, image: String, repository: String, files: StepFiles, mounts: [String]
    ) async throws {
        self.engine = engine
        name = "job-\(UUID().uuidString.prefix(8).lowercased())"
        folder = Self.workspace(repository)
        // `force_pull: true`; what has no digest is an image of the runner's own engine.
        if image.contains("@") { try await engine.docker("pull", "--quiet", image) }
        let socket = String(engine.address.dropFirst("unix://".count))
        var arguments = [
            "run", "--detach", "--rm", "--name", name, "--entrypoint", "/bin/sleep", "--network",
            "host",
            "--volume", "\(name):\(folder)", "--volume", "\(socket):/var/run/docker.sock",
            "--volume", "\(files.folder.path):\(StepFiles.place)", "--workdir", folder,
        ]
        for mount in mounts { arguments += ["--volume", mount] }
        try await engine.docker(arguments + [image, "3600"])
    }

    /// Runs a script with these variables, at most so many minutes.
    func run(
        _ script: String, _ environment: [String: String], in folder: String?, number: Int,
        minutes: Int
    ) async throws -> ChildResult {
        let file = "\(StepFiles.place)/\(number).sh"
        let place = folder.map { $0.hasPrefix("/") ? $0 : "\(self.folder)/\($0)" } ?? self.folder
        let written = try await engine.run(
            ["exec", "--interactive", name, "sh", "-c", "cat >\(file)"], stdin: Array(script.utf8))
        try written.checked()
        var arguments = ["exec", "--workdir", place]
        // By name alone: values would be there for everybody to see.
        for key in environment.keys { arguments += ["--env", key] }
        return try await engine.run(
            arguments + [name, "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", file],
            environment: environment, timeout: Double(minutes * 60))
    }

    /// Copies the content of a file or folder of the container to a folder here; false where it is not there.
    func copy(_ path: String, to folder: String) async throws -> Bool {
        let found = try await engine.run(
            [
                "exec", "--workdir", self.folder, name, "sh", "-c",
                "[ -d \"$0\" ] && echo folder || test -e \"$0\"", path,
            ])
        guard found.status == 0 else { return false }
        let whole = path.hasPrefix("/") ? path : "\(self.folder)/\(path)"
        let content = found.stdout.isEmpty ? whole : "\(whole)/."
        try await engine.docker("cp", "\(name):\(content)", folder)
        return true
    }

    /// Copies the content of a folder here into the container.
    func copy(from folder: String, to path: String) async throws {
        try await engine.docker("exec", name, "mkdir", "-p", path)
        try await engine.docker("cp", "\(folder)/.", "\(name):\(path)")
    }

    /// Ends it, and removes its workspace.
    func end() async {
        _ = try? await engine.docker("kill", name)
        for _ in 1...50 {
            if (try? await engine.docker("volume", "rm", name)) != nil { return }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
