import Foundation
import TestSupport
import Testing

/// The built program, in a folder of its own.
struct LocalProgram: Sendable {
    /// What `make test` names, else what `swift build` leaves.
    static let path: String = {
        if let named = ProcessInfo.processInfo.environment["LOCAL_REGISTRY_BIN"] { return named }
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return root.appending(path: ".build/debug/local-registry").path()
    }()

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "local-registry") }

    /// Runs it to its end, in the folder.
    func run(_ arguments: String..., stdin: String? = nil) async throws -> ChildResult {
        try await ChildProcess.run(
            ProgramCall(
                Self.path, arguments, directory: folder.path, stdin: stdin.map { Array($0.utf8) }),
            timeout: 30)
    }

    /// Checks that it ends with this status and says all of this to standard error.
    func expect(
        _ status: Int32, says words: [String], _ arguments: [String], stdin: String? = nil,
        at: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await ChildProcess.run(
            ProgramCall(
                Self.path, arguments, directory: folder.path, stdin: stdin.map { Array($0.utf8) }),
            timeout: 30)
        #expect(result.status == status, "\(result.stderr)", sourceLocation: at)
        for word in words {
            #expect(result.stderr.contains(word), "\(result.stderr)", sourceLocation: at)
        }
        #expect(result.stdout.isEmpty, sourceLocation: at)
    }

    /// Serves `root` in the folder, on a free port unless told otherwise, from the moment that it
    /// listens. `command` runs the program, which is `$0` to it.
    func serve(
        _ arguments: String..., root: String = "root", command: String? = nil
    ) async throws -> Serving {
        var call = ["serve", "--root", root] + arguments
        if !arguments.contains("--listen") { call += ["--listen", "127.0.0.1:0"] }
        let child = try ChildProcess(
            command.map {
                ProgramCall(
                    "/bin/sh", ["-c", "\($0) exec \"$0\" \"$@\"", Self.path] + call,
                    directory: folder.path)
            } ?? ProgramCall(Self.path, call, directory: folder.path))
        let deadline = ContinuousClock.now + .seconds(20)
        while !child.stdout.contains("page: ") {
            guard child.isRunning, .now < deadline else {
                throw SupportError("it does not serve: \(child.stdout)\(child.stderr)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return Serving(child: child, folder: folder)
    }
}

/// A server that runs.
struct Serving: Sendable {
    let child: ChildProcess
    let folder: TemporaryFolder

    /// Scheme, host and port, as the program says them.
    var url: String {
        child.stdout.split(separator: "\n").first?.split(separator: " ").last.map(String.init) ?? ""
    }
    var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// The status that curl gets for these arguments, in which a leading `/v2` stands for the server.
    func status(_ arguments: String...) async throws -> String { try await status(arguments) }

    func status(_ arguments: [String]) async throws -> String {
        let call = arguments.map { $0.hasPrefix("/v2") ? url + $0 : $0 }
        let result = try await ChildProcess.run(
            ProgramCall(
                "curl",
                ["-sS", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}"] + call,
                directory: folder.path))
        return result.stdout
    }

    /// Pushes a blob in one request and gives the status.
    func push(_ bytes: [UInt8], to name: String) async throws -> String {
        let file = try folder.write("blob-\(UInt32.random(in: 0 ... .max))", bytes)
        return try await status(
            "-X", "POST", "-H", "Content-Type: application/octet-stream", "--data-binary",
            "@\(file)", "/v2/\(name)/blobs/uploads/?digest=\(Sha256.digest(bytes))")
    }

    /// Opens an upload session and gives its path.
    func startUpload(to name: String) async throws -> String {
        let headers = "headers-\(UInt32.random(in: 0 ... .max))"
        _ = try await status("-X", "POST", "-D", headers, "/v2/\(name)/blobs/uploads/")
        let text = String(decoding: try folder.read(headers), as: UTF8.self)
        for line in text.split(separator: "\r\n") where line.lowercased().hasPrefix("location:") {
            return String(line.dropFirst(9).drop { $0 == " " })
        }
        throw SupportError("no upload was opened: \(text)")
    }

    /// Tells it to end, and waits until it has.
    func stop(_ signal: Int32 = 15) async throws -> ChildResult {
        child.signal(signal)
        return try await child.wait(timeout: 20)
    }
}
