import Foundation
import TestSupport
import Testing

/// A user of registries: a home in which `publisher` and other clients find which registries they
/// may speak plain HTTP to, which authorities they trust, and the credentials.
struct LocalVisitor {
    let program: Program
    private let variables: [String: String]

    /// Knows these local registries, and others that speak plain HTTP.
    init(_ registries: LocalRegistryServer..., open: [String] = []) throws {
        program = try Program()
        var variables = ["HOME": program.home.path, "XDG_RUNTIME_DIR": program.home.file("run")]
        let plain = registries.filter { !$0.setup.isTLS }.map(\.host) + open
        let tables = plain.map { "[[registry]]\nlocation = \"\($0)\"\ninsecure = true\n" }
        try program.home.write(".config/containers/registries.conf", tables.joined())
        let authorities = try registries.compactMap(\.authorityFile).map {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
        if !authorities.isEmpty {
            variables["SSL_CERT_FILE"] = try program.home.write("ca.pem", authorities.joined())
        }
        self.variables = variables
    }

    /// Logs in where that is needed, with `publisher`; the other clients read what it keeps.
    func login(_ registry: LocalRegistryServer) async throws {
        guard registry.setup.authentication != .none else { return }
        let arguments = ["login", registry.host, "--username", registry.user, "--password-stdin"]
        let call = program.call(arguments, stdin: "\(registry.password)\n", variables)
        let result = try await ChildProcess.run(call).checked()
        #expect(!(result.stdout + result.stderr).contains(registry.password))
    }

    /// Runs `publisher`, whatever comes of it.
    func publisher(_ arguments: String...) async throws -> ChildResult {
        try await publisher(arguments)
    }

    func publisher(_ arguments: [String]) async throws -> ChildResult {
        try await ChildProcess.run(program.call(arguments, variables))
    }

    /// Runs another client, which has to succeed, and gives its output.
    @discardableResult
    func run(_ client: String, _ arguments: String...) async throws -> String {
        try await ChildProcess.run(call(client, arguments), timeout: 180).checked().stdout
    }

    /// Runs another client, whatever comes of it.
    func attempt(_ client: String, _ arguments: String...) async throws -> ChildResult {
        try await attempt(client, arguments)
    }

    func attempt(_ client: String, _ arguments: [String]) async throws -> ChildResult {
        try await ChildProcess.run(call(client, arguments), timeout: 180)
    }

    private func call(_ client: String, _ arguments: [String]) -> ProgramCall {
        ProgramCall(client, arguments, environment: variables)
    }
}
