import Foundation
import LocalRegistry
import TestSupport

/// The built program, run as a process of its own.
enum RegistryProgram {
    /// What `make test` names, else what `swift build` leaves.
    static let path: String = {
        if let named = ProcessInfo.processInfo.environment["LOCAL_REGISTRY_BIN"] { return named }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return root.appending(path: ".build/debug/local-registry").path()
    }()

    /// Runs it to its end.
    static func run(_ arguments: String..., stdin: String? = nil) async throws -> ChildResult {
        try await run(arguments, stdin: stdin)
    }

    /// Runs it to its end.
    static func run(_ arguments: [String], stdin: String? = nil) async throws -> ChildResult {
        try await ChildProcess.run(
            ProgramCall(path, arguments, stdin: stdin.map { Array($0.utf8) }), timeout: 60)
    }

    /// Starts a server and waits until it listens.
    static func serve(
        _ root: String, _ dialect: Dialect = .oci
    ) async throws -> (process: ChildProcess, port: Int) {
        let arguments = [
            "serve", "--root", root, "--listen", "127.0.0.1:0", "--dialect", dialect.rawValue,
            "--quiet",
        ]
        let process = try ChildProcess(ProgramCall(path, arguments))
        let deadline = ContinuousClock.now + .seconds(30)
        while process.isRunning, ContinuousClock.now < deadline {
            let lines = process.stdout.split(separator: "\n")
            if lines.count > 2, let end = lines[0].split(separator: ":").last, let port = Int(end) {
                return (process, port)
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        process.signal(9)
        throw SupportError("the server did not start: \(process.stdout)\(process.stderr)")
    }
}
