import Foundation
import TestSupport
import Testing

/// Names and passwords from every place that users keep them in, against a real registry.
@Suite struct AccountTests {
    private let registry: DockerRegistry
    private let program: Program
    private let archive: String

    init() async throws {
        registry = try await DockerRegistry(.htpasswd)
        program = try Program()
        archive = try program.file("image.tar", DockerArchive(.small()).bytes)
    }

    private var destination: String { "\(registry.host)/team/app:dev" }

    private func push(
        _ options: String..., stdin: String? = nil, environment: [String: String] = [:]
    ) async throws -> ChildResult {
        let call = program.call(
            ["push", archive, destination] + options, stdin: stdin, environment)
        let result = try await ChildProcess.run(call)
        #expect(!result.stderr.contains(registry.password))
        return result
    }

    private func config() throws -> [String: [String: [String: String]]] {
        let bytes = try program.home.read(".docker/config.json")
        return try JSONDecoder().decode(
            [String: [String: [String: String]]].self, from: Data(bytes))
    }

    @Test func aWrongPasswordIsRefusedAndSaysWhereItCameFrom() async throws {
        let result = try await push(
            environment: [
                "PUBLISHER_USERNAME": registry.user, "PUBLISHER_PASSWORD": "wrong-8871",
            ])
        #expect(result.status == 77)
        #expect(result.stderr.contains("PUBLISHER_PASSWORD"), "\(result.stderr)")
        #expect(!result.stderr.contains("wrong-8871"))
        #expect(try registry.storedBlobs().isEmpty)
    }

    @Test func noPasswordIsRefusedAndSaysHowToGiveOne() async throws {
        let result = try await push()
        #expect(result.status == 77)
        #expect(result.stderr.contains("publisher login \(registry.host)"), "\(result.stderr)")
    }

    @Test func thePasswordIsReadFromStandardInput() async throws {
        let result = try await push(
            "--username", registry.user, "--password-stdin", stdin: registry.password + "\n")
        #expect(result.status == 0, "\(result.stderr)")
    }

    @Test func theAccountIsTakenFromTheEnvironment() async throws {
        let result = try await push(
            environment: [
                "PUBLISHER_USERNAME": registry.user, "PUBLISHER_PASSWORD": registry.password,
            ])
        #expect(result.status == 0, "\(result.stderr)")
    }

    @Test func theAccountIsTakenFromPodmansFile() async throws {
        try await tool(
            "skopeo", "login", "--tls-verify=false", "--username", registry.user, "--password",
            registry.password, "--authfile", program.home.file("auth.json"), registry.host)
        let result = try await push(
            environment: ["REGISTRY_AUTH_FILE": program.home.file("auth.json")])
        #expect(result.status == 0, "\(result.stderr)")
    }

    @Test func loginKeepsWhatDockerCanReadAndLogoutForgetsIt() async throws {
        let login = try await program.run(
            "login", registry.host, "--username", registry.user, "--password-stdin",
            stdin: registry.password)
        #expect(login.status == 0, "\(login.stderr)")
        let auth = Data("\(registry.user):\(registry.password)".utf8).base64EncodedString()
        #expect(try config()["auths"]?[registry.host] == ["auth": auth])
        let mode = try await tool("stat", "-c", "%a", program.home.file(".docker/config.json"))
        #expect(mode == "600")
        #expect(try await push().status == 0)
        // skopeo reads the same file.
        let digest = try await tool(
            "skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}",
            "--authfile", program.home.file(".docker/config.json"), "docker://\(destination)")
        #expect(digest.hasPrefix("sha256:"))

        let logout = try await program.run("logout", registry.host)
        #expect(logout.status == 0, "\(logout.stderr)")
        #expect(try config()["auths"]?[registry.host] == nil)
        #expect(try await push().status == 77)
    }

    @Test func loginRefusesAWrongPasswordAndKeepsNothing() async throws {
        let login = try await program.run(
            "login", registry.host, "--username", registry.user, "--password-stdin",
            stdin: "wrong-8872")
        #expect(login.status == 77, "\(login.stderr)")
        #expect(!login.stderr.contains("wrong-8872"))
        #expect(throws: (any Error).self) { try config() }
    }

    @Test func aCredentialHelperKeepsThePassword() async throws {
        let helper = try program.file("bin/docker-credential-fixture", Array(Self.helper.utf8))
        try await tool("chmod", "755", helper)
        _ = try program.file(
            ".docker/config.json", Array(#"{"credsStore":"fixture","keep":{}}"#.utf8))
        let path = ["PATH": "\(program.home.file("bin")):/usr/bin:/bin"]
        let login = try await program.run(
            "login", registry.host, "--username", registry.user, "--password-stdin",
            stdin: registry.password, environment: path)
        #expect(login.status == 0, "\(login.stderr)")
        #expect(login.stderr.contains("docker-credential-fixture"))
        let text = String(decoding: try program.home.read(".docker/config.json"), as: UTF8.self)
        #expect(text.contains("keep") && !text.contains("auth\""), "\(text)")
        #expect(try await push(environment: path).status == 0)

        let logout = try await program.run("logout", registry.host, environment: path)
        #expect(logout.status == 0, "\(logout.stderr)")
        #expect(!FileManager.default.fileExists(atPath: program.home.file("kept")))
        #expect(try await push(environment: path).status == 77)
    }

    /// Keeps the one entry as it was given in a file of the home.
    private static let helper = """
        #!/bin/sh
        kept=$HOME/kept
        case $1 in
        store) cat >"$kept" ;;
        get) cat "$kept" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
        erase) rm "$kept" ;;
        esac
        """
}
