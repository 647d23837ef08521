import Foundation
import TestSupport
import Testing

/// What `publisher.yaml` says of a registry holds in every verb.
@Suite struct RegistrySettingsTests {
    private let program: Program
    private let archive: String

    init() throws {
        program = try Program()
        archive = try program.file("image.tar", DockerArchive(.small(seed: 4)).bytes)
    }

    /// Writes a configuration with one registry, its settings, and the image `app` there.
    private func configure(_ host: String, _ settings: String = "") throws {
        try program.home.write(
            "publisher.yaml",
            """
            registries:
              r: {host: "\(host)"\(settings)}
            channels: {dev: {on: refs/heads/main}}
            images:
              app: {repository: r/team/app, tags: {dev: {rolling: [dev]}}}
            """)
    }

    /// Every verb that asks a registry, in an order in which each finds what it needs.
    private func verbs(_ name: String) -> [[String]] {
        [
            ["push", archive, "\(name):dev"], ["copy", "\(name):dev", "\(name):1"],
            ["index", "\(name):all", "--add", "\(name):dev"], ["digest", "\(name):dev"],
            ["inspect", "\(name):dev"], ["tags", name], ["verify", "\(name):dev"],
            ["promote", "\(name):dev", "--to", "2"], ["delete", "\(name):1"],
        ]
    }

    private func run(
        _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws -> ChildResult {
        try await ChildProcess.run(
            program.call(arguments + ["--retry-for", "0"], environment), timeout: 60)
    }

    @Test("plain HTTP to another host is spoken where the configuration says so, and only there")
    func insecure() async throws {
        let registry = try await LocalRegistryServer()
        // A name for this machine that is none of those which may always speak plain HTTP.
        let host = registry.host.replacing("127.0.0.1", with: "registry.localhost")
        for settings in ["", ", insecure: false"] {
            try configure(host, settings)
            for arguments in verbs("app") {
                let refused = try await run(arguments)
                #expect(refused.status == 69, "\(arguments): \(refused.stderr)")
                expectError(refused, says: ["TLS", "'insecure: true'"])
            }
        }
        #expect(registry.accesses.isEmpty)
        try configure(host, ", insecure: true")
        for name in ["app", "r/team/app", "\(host)/team/app"] {
            for arguments in verbs(name) {
                let result = try await run(arguments)
                #expect(result.status == 0, "\(arguments): \(result.stderr)")
            }
        }
        // It holds for that registry alone.
        let other = host.replacing("registry", with: "other")
        #expect(try await run(["tags", "\(other)/team/app"]).status == 69)
        try await registry.stop()
    }

    @Test("a registry's own authority is trusted, for that registry, whatever the environment says")
    func authority() async throws {
        let registry = try await LocalRegistryServer(LocalSetup(isTLS: true))
        let authority = try String(
            contentsOfFile: try #require(registry.authorityFile), encoding: .utf8)
        try program.home.write("certificates/ca.pem", authority)
        let system = ["SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"]
        try configure(registry.host)
        for arguments in verbs("app") {
            let stranger = try await run(arguments)
            #expect(stranger.status == 78, "\(arguments): \(stranger.stderr)")
        }
        try configure(registry.host, ", ca-file: certificates/ca.pem")
        for arguments in verbs("app") + verbs("\(registry.host)/team/app") {
            for environment in [[:], system] {
                let result = try await run(arguments, environment)
                // The second deletion finds nothing to delete.
                let isGone = arguments[0] == "delete" && environment == system
                #expect(result.status == (isGone ? 66 : 0), "\(arguments): \(result.stderr)")
            }
        }
        let named = try program.file("none.pem", Array("none".utf8))
        #expect(try await run(["tags", "app", "--ca-file", named]).status == 78)
        try await registry.stop()
    }

    @Test(
        "the account is that of the variables which the configuration names",
        arguments: [LocalSetup.Authentication.basic, .token])
    func credentials(authentication: LocalSetup.Authentication) async throws {
        let registry = try await LocalRegistryServer(LocalSetup(authentication: authentication))
        try configure(registry.host, ", username-env: R_USER, password-env: R_TOKEN")
        let right = ["R_USER": registry.user, "R_TOKEN": registry.password]
        #expect(try await run(["push", archive, "app:dev"]).status == 77)
        for arguments in verbs("app") + verbs("\(registry.host)/team/app") {
            // They go before those that are for whatever registry is written to.
            let result = try await run(
                arguments,
                right.merging(["PUBLISHER_USERNAME": "other", "PUBLISHER_PASSWORD": "wrong"]) { $1 }
            )
            #expect(result.status == 0, "\(arguments): \(result.stderr)")
            #expect(!(result.stdout + result.stderr).contains(registry.password))
        }
        let half = try await run(["push", archive, "app:dev"], ["R_USER": registry.user])
        #expect(half.status == 78)
        expectError(half, says: ["R_TOKEN is not"])
        let wrong = try await run(
            ["push", archive, "app:dev"], ["R_USER": registry.user, "R_TOKEN": "wrong-6c2f"])
        #expect(wrong.status == 77)
        #expect(!wrong.stderr.contains("wrong-6c2f"))
        try await registry.stop()
    }

    @Test("login and logout take the registry's name, and login what is said of it")
    func login() async throws {
        let registry = try await LocalRegistryServer(
            LocalSetup(authentication: .token, isTLS: true))
        try configure(registry.host, ", ca-file: \(try #require(registry.authorityFile))")
        let login = ["login", "r", "--username", registry.user, "--password-stdin"]
        let result = try await ChildProcess.run(program.call(login, stdin: registry.password))
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stderr.contains("logged in to \(registry.host)"))
        #expect(try await run(["push", archive, "app:dev"]).status == 0)
        let out = try await program.run("logout", "r")
        #expect(out.stderr == "logged out of \(registry.host)\n")
        #expect(try await run(["tags", "app"]).status == 77)
        try await registry.stop()
    }
}
