import Foundation
import TestSupport
import Testing

@Suite("local-registry user add")
struct UserTests {
    @Test(
        "A user who was added gets in, and nobody else",
        arguments: ["basic", "token"], ["oci", "gitea"])
    func login(_ mode: String, _ dialect: String) async throws {
        let program = try LocalProgram()
        let added = try await program.run(
            "user", "add", "ann", "--root", "root", "--password-stdin", stdin: "correct horse\n")
        #expect(added.status == 0, "\(added.stderr)")
        let serving = try await program.serve("--auth", mode, "--dialect", dialect)
        for (login, expected) in [
            ("ann:correct horse", true), ("ann:wrong", false),
            // Gitea takes a token for a password, and whose it is from the token.
            ("ben:correct horse", dialect == "gitea"),
            ("ann:", false), ("", false),
        ] {
            let status = try await enter(serving, login, mode, dialect)
            #expect((status == "200") == expected, "\(login): \(status)")
        }
    }

    /// What a client is answered that logs in as the registry wants it.
    private func enter(
        _ serving: Serving, _ login: String, _ mode: String, _ dialect: String
    ) async throws -> String {
        let user = login.isEmpty ? [] : ["-u", login]
        guard mode == "token" || dialect == "gitea" else { return try await get(serving, user) }
        let challenge = try await curl(["-sS", "-D", "-", "-o", "/dev/null", "\(serving.url)/v2/"])
        let realm = try #require(
            challenge.components(separatedBy: "Bearer realm=\"").last?.split(separator: "\"").first)
        #expect(realm.hasPrefix(serving.url), "\(challenge)")
        let document = try await curl(
            ["-sS", "\(realm)?service=\(serving.url)&scope=repository:app:pull"] + user)
        let parts = document.components(separatedBy: "\"token\":\"")
        guard parts.count == 2, let token = parts[1].split(separator: "\"").first else {
            return "no token"
        }
        return try await get(serving, ["-H", "Authorization: Bearer \(token)"])
    }

    private func get(_ serving: Serving, _ arguments: [String]) async throws -> String {
        try await curl(
            ["-sS", "-o", "/dev/null", "-w", "%{http_code}", "\(serving.url)/v2/"] + arguments)
    }

    private func curl(_ arguments: [String]) async throws -> String {
        try await ChildProcess.run(ProgramCall("curl", ["--max-time", "20"] + arguments)).stdout
    }

    @Test("A server that runs lets a new user in soon, and a changed password")
    func change() async throws {
        let program = try LocalProgram()
        func add(_ user: String, _ password: String) async throws {
            let added = try await program.run(
                "user", "add", user, "--root", "root", "--password-stdin", stdin: password)
            #expect(added.status == 0, "\(added.stderr)")
        }
        try await add("ann", "one")
        let serving = try await program.serve("--auth", "basic")
        var status = try await serving.status("-u", "ann:one", "/v2/")
        #expect(status == "200")
        try await add("ben", "two")
        try await add("ann", "three")
        try await Task.sleep(for: .milliseconds(1100))
        status = try await serving.status("-u", "ben:two", "/v2/")
        #expect(status == "200")
        status = try await serving.status("-u", "ann:three", "/v2/")
        #expect(status == "200")
        status = try await serving.status("-u", "ann:one", "/v2/")
        #expect(status == "401")
    }

    @Test(
        "What cannot be a user is refused",
        arguments: [
            (["a:b"], "secret", "without ':'"), (["ann"], "", "no password"),
            ([], "secret", "<name>"),
        ])
    func refused(_ name: [String], _ password: String, _ word: String) async throws {
        try await LocalProgram().expect(
            64, says: [word], ["user", "add", "--root", "root", "--password-stdin"] + name,
            stdin: password)
    }

    @Test("The file of users is its owner's alone, and has no password")
    func file() async throws {
        let program = try LocalProgram()
        _ = try await program.run(
            "user", "add", "ann", "--root", "root", "--password-stdin", stdin: "secret-password")
        let attributes = try FileManager.default.attributesOfItem(
            atPath: program.folder.file("root/users"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let text = String(decoding: try program.folder.read("root/users"), as: UTF8.self)
        #expect(text.hasPrefix("ann:$2"), "\(text)")
        #expect(!text.contains("secret"))
    }
}
