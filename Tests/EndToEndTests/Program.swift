import Foundation
import TestSupport
import Testing

/// The built program, run as a user or a CI step runs it: with a home of its own and nothing of
/// this machine's configuration.
final class Program: Sendable {
    /// What `make test` names, else what `swift build` leaves.
    static let path: String = {
        if let named = ProcessInfo.processInfo.environment["PUBLISHER_BIN"] { return named }
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return root.appending(path: ".build/debug/publisher").path()
    }()

    let home: TemporaryFolder
    private let environment: [String: String]

    /// A fresh home; `environment` is added to what the program sees.
    init(environment: [String: String] = [:]) throws {
        home = try TemporaryFolder(prefix: "publisher-home")
        self.environment = environment
    }

    /// The call for these arguments.
    func call(_ arguments: [String], stdin: String? = nil, _ more: [String: String] = [:])
        -> ProgramCall
    {
        var variables = ["HOME": home.path, "PATH": "/usr/bin:/bin", "TERM": "dumb"]
        variables.merge(environment) { $1 }
        variables.merge(more) { $1 }
        return ProgramCall(
            Self.path, arguments, environment: variables, inheritsEnvironment: false,
            directory: home.path, stdin: stdin.map { Array($0.utf8) })
    }

    /// Runs the program to its end.
    func run(
        _ arguments: String..., stdin: String? = nil, environment: [String: String] = [:]
    ) async throws -> ChildResult {
        try await ChildProcess.run(call(arguments, stdin: stdin, environment), timeout: 120)
    }

    /// Writes a file into the home and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String { try home.write(name, bytes) }
}

extension ChildResult {
    /// The first line of standard output.
    var firstLine: String { stdout.split(separator: "\n").first.map(String.init) ?? "" }
}
