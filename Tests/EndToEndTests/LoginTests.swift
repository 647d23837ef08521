import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct LoginTests {
    private let registry: ScriptedRegistry
    private let program: Program
    private let password = "pa55-4c1e"

    init() throws {
        registry = try ScriptedRegistry(auth: .token(TokenAuth(user: "ci", password: password)))
        program = try Program()
    }

    private func login(_ password: String, _ more: [String] = []) async throws -> ChildResult {
        try await ChildProcess.run(
            program.call(
                ["login", registry.host, "--username", "ci", "--password-stdin"] + more,
                stdin: password + "\n"))
    }

    private func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: program.home.file(name))[
            .posixPermissions] as? Int
    }

    @Test func credentialsAreKeptForTheOwnerAlone() async throws {
        let result = try await login(password)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(try mode(".docker/config.json") == 0o600)
        let file = String(decoding: try program.home.read(".docker/config.json"), as: UTF8.self)
        #expect(file.contains(registry.host))
        #expect(!(result.stdout + result.stderr).contains(password))
        let pushed = try await program.run(
            "push",
            try program.file("image.tar", DockerArchive(.small()).bytes),
            "\(registry.host)/team/app:dev")
        #expect(pushed.status == 0, "\(pushed.stderr)")
    }

    @Test func aWrongPasswordIsNotKept() async throws {
        let result = try await login("wrong")
        #expect(result.status == 77, "\(result.stderr)")
        expectError(result, says: [registry.host, "-> 401"])
        #expect(!FileManager.default.fileExists(atPath: program.home.file(".docker/config.json")))
    }

    @Test func otherSettingsOfTheFileStay() async throws {
        try program.home.write(
            ".docker/config.json",
            #"{"auths":{"other.example":{"auth":"YTpi"}},"detachKeys":"ctrl-x"}"#)
        #expect(try await login(password).status == 0)
        #expect(try await program.run("logout", registry.host).status == 0)
        let file = String(decoding: try program.home.read(".docker/config.json"), as: UTF8.self)
        #expect(file.contains("other.example") && file.contains("YTpi"))
        #expect(file.contains("ctrl-x"))
        #expect(!file.contains(registry.host))
        #expect(try mode(".docker/config.json") == 0o600)
    }

    @Test func logoutForgets() async throws {
        #expect(try await login(password).status == 0)
        let out = try await program.run("logout", registry.host)
        #expect(out.status == 0, "\(out.stderr)")
        #expect(out.stderr.contains("logged out of \(registry.host)"))
        let again = try await program.run("logout", registry.host)
        #expect(again.status == 0)
        #expect(again.stderr.contains("was not logged in"))
        let tags = try await program.run("tags", "\(registry.host)/team/app")
        #expect(tags.status == 77, "\(tags.stderr)")
        expectError(tags, says: ["publisher login \(registry.host)"])
    }

    @Test func helpersKeepWhatTheyAreMeantToKeep() async throws {
        let store = program.home.file("store")
        let script = """
            #!/bin/sh
            case "$1" in
            store) cat >'\(store)' ;;
            get) cat >/dev/null; cat '\(store)' ;;
            erase) cat >/dev/null; rm '\(store)' ;;
            esac

            """
        let helper = try program.home.write("bin/docker-credential-test", script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: helper)
        try program.home.write(".docker/config.json", #"{"credsStore":"test"}"#)
        let path = ["PATH": "\(program.home.file("bin")):/usr/bin:/bin"]
        let result = try await program.run(
            "login", registry.host, "--username", "ci", "--password-stdin", stdin: password,
            environment: path)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stderr.contains("docker-credential-test"))
        #expect(String(decoding: try program.home.read("store"), as: UTF8.self).contains(password))
        let file = String(decoding: try program.home.read(".docker/config.json"), as: UTF8.self)
        #expect(!file.contains(password))
        #expect(!file.contains(Data("ci:\(password)".utf8).base64EncodedString()))
        let tags = try await program.run("tags", "\(registry.host)/a/b", environment: path)
        #expect(tags.status == 66, "\(tags.stderr)")
        let out = try await program.run("logout", registry.host, environment: path)
        #expect(out.status == 0, "\(out.stderr)")
        #expect(!FileManager.default.fileExists(atPath: store))
    }

    @Test func withoutATerminalAndWithoutAPasswordNothingIsAsked() async throws {
        let result = try await program.run("login", registry.host)
        #expect(result.status == 64, "\(result.stderr)")
        expectError(result, says: ["--password-stdin"])
        let empty = try await program.run(
            "login", registry.host, "--username", "ci", "--password-stdin", stdin: "")
        #expect(empty.status == 64, "\(empty.stderr)")
        expectError(empty, says: ["no password came on standard input"])
    }
}
