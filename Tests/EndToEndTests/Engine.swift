import Foundation
import TestSupport
import Testing

/// The Docker Engine of the test run, spoken to through Docker's own client. Images that a test
/// makes are removed with the last reference to this.
final class Engine: Sendable {
    /// For `DOCKER_HOST`.
    let address: String
    /// A small Debian image that the engine holds.
    let base: String
    private let client: String
    private let folder: TemporaryFolder
    /// What the names of this test's images begin with.
    private let prefix = "peers-\(UUID().uuidString.prefix(8).lowercased())"

    init() throws {
        let environment = Peers.environment
        address = try #require(
            environment["PUBLISHER_TEST_DOCKER_HOST"], "\(Peer.engine.rawValue)")
        client = try #require(environment["PUBLISHER_TEST_DOCKER"])
        base = try #require(environment["PUBLISHER_TEST_BASE"])
        folder = try TemporaryFolder(prefix: "engine-test")
    }

    deinit {
        let (all, folder) = (call([]), folder)
        let list = [
            "images", "--filter", "reference=\(prefix)/*", "--format", "{{.Repository}}:{{.Tag}}",
        ]
        // On a thread of its own, since it blocks, and tests have few threads to run on.
        Thread.detachNewThread {
            func run(_ arguments: [String]) -> String {
                var call = all
                call.arguments += arguments
                return (try? ChildProcess.runBlocking(call))?.stdout ?? ""
            }
            // By name: another test may have built the same image.
            let names = run(list).split(separator: "\n").map(String.init)
            if !names.isEmpty { _ = run(["image", "rm"] + names) }
            folder.remove()
        }
    }

    /// The variables with which the program finds the engine.
    var variables: [String: String] { ["DOCKER_HOST": address] }

    /// The name of an image of this test's own.
    func name(_ short: String) -> String { "\(prefix)/\(short):built" }

    /// Runs a command of Docker's client and gives what it printed.
    @discardableResult
    func docker(_ arguments: String...) async throws -> String { try await docker(arguments) }

    /// Runs a command of Docker's client and gives what it printed.
    @discardableResult
    func docker(_ arguments: [String]) async throws -> String {
        let result = try await ChildProcess.run(call(arguments), timeout: 180).checked()
        return result.stdout.split(separator: "\n").joined(separator: "\n")
    }

    /// Runs a command of Docker's client to its end, however it ends, with variables that it may pass on.
    func run(
        _ arguments: [String], environment: [String: String] = [:], stdin: [UInt8]? = nil,
        timeout: Double = 180
    ) async throws -> ChildResult {
        var call = call(arguments)
        call.environment.merge(environment) { own, _ in own }
        call.stdin = stdin
        return try await ChildProcess.run(call, timeout: timeout)
    }

    /// Logs Docker's client in at a registry.
    func login(_ host: String, _ user: String, _ password: String) async throws {
        var call = call(["login", host, "--username", user, "--password-stdin"])
        call.stdin = Array(password.utf8)
        try await ChildProcess.run(call).checked()
    }

    /// Builds an image from a Dockerfile and files beside it; gives its name.
    func build(
        _ short: String, _ dockerfile: String, files: [String: [UInt8]] = [:],
        buildKit: Bool = true
    ) async throws -> String {
        let context = "\(short)-\(buildKit)"
        try folder.write("\(context)/Dockerfile", dockerfile)
        for (name, content) in files { try folder.write("\(context)/\(name)", content) }
        let name = name(short)
        // The engine of `scripts/peers` has no bridge.
        var build = call([
            "build", "--quiet", "--network", "none", "--tag", name, folder.file(context),
        ])
        build.environment["DOCKER_BUILDKIT"] = buildKit ? "1" : "0"
        try await ChildProcess.run(build, timeout: 180).checked()
        return name
    }

    /// How often the engine has exported an image, as its events tell.
    func exports(of name: String) async throws -> Int {
        let id = try await docker("image", "inspect", "--format", "{{.Id}}", name)
        let events = try await docker(
            "events", "--since", "1", "--until", "\(Int(Date().timeIntervalSince1970) + 1)",
            "--filter", "event=save", "--filter", "image=\(id)", "--format", "{{.Action}}")
        return events.split(separator: "\n").count
    }

    private func call(_ arguments: [String]) -> ProgramCall {
        // Nothing of this machine's Docker configuration.
        ProgramCall(
            client, ["--host", address] + arguments,
            environment: ["DOCKER_CONFIG": folder.path, "DOCKER_HOST": address])
    }
}
