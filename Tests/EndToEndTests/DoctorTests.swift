import Foundation
import TestSupport
import Testing

/// `publisher doctor` beside registries that are well.
@Suite struct DoctorTests {
    private func entries(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }

    @Test(
        "where all is well, all is green and nothing is left behind", arguments: LocalSetup.all)
    func green(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let scene = try DoctorScene()
        try scene.configure(registry)
        let result = try await scene.doctor(environment: scene.account(registry))
        #expect(result.status == 0, "\(result.stdout)")
        let lines = result.stdout.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("ok ") }, "\(result.stdout)")
        #expect(result.stderr.contains("all is well"), "\(result.stderr)")
        #expect(result.stdout.contains("\(registry.host)/team/app: may pull and push"))
        #expect(result.stdout.contains("Gitea") == (setup.dialect == .gitea))
        #expect(!(result.stdout + result.stderr).contains(registry.password))

        // It was tried, and is gone.
        let writes = registry.accesses.filter { !["GET", "HEAD"].contains($0.method) }
        #expect(writes.map(\.method) == ["POST", "DELETE"])
        #expect(try entries("\(registry.root)/tmp").isEmpty)
        #expect(try entries("\(registry.root)/repositories").isEmpty)
        try await registry.stop()
    }

    @Test("arguments stand for repositories, images and hosts, and need no configuration")
    func arguments() async throws {
        let registry = try ScriptedRegistry()
        let scene = try DoctorScene()
        let direct = try await scene.doctor("\(registry.host)/team/other")
        #expect(direct.status == 0, "\(direct.stdout)")
        #expect(direct.stdout.contains("\(registry.host)/team/other: may pull and push"))
        #expect(registry.openUploads.isEmpty)
        #expect(registry.count(method: "DELETE") == 1)

        registry.clearRequests()
        let host = try await scene.doctor(registry.host)
        #expect(host.status == 0, "\(host.stdout)")
        #expect(host.stdout.contains("a registry, over http"))
        #expect(registry.writes.isEmpty)

        try scene.configure(registry.host)
        let image = try await scene.doctor("app")
        #expect(image.stdout.contains("\(registry.host)/team/app: may pull and push"))
        let unknown = try await scene.doctor("nothing")
        #expect(unknown.status == 64)
        #expect(unknown.stderr.contains("its images are app"), "\(unknown.stderr)")
    }

    @Test("without a configuration and arguments the machine alone is looked at")
    func machineAlone() async throws {
        let scene = try DoctorScene()
        let result = try await scene.doctor()
        #expect(result.status == 0, "\(result.stdout)")
        #expect(result.stdout.contains("none here or above"))
        #expect(result.stdout.contains("engine 28.5.1, API 1.24 to 1.51"))
        #expect(result.stdout.contains("client 28.5.0, API 1.51"))
    }

    @Test("a configuration that is wrong is told, and the rest is looked at all the same")
    func brokenConfiguration() async throws {
        let scene = try DoctorScene()
        try scene.program.home.write("publisher.yaml", "registries:\n  main: {hots: a.example}\n")
        let result = try await scene.doctor()
        #expect(result.status == 78, "\(result.stdout)")
        #expect(result.stdout.contains("problem  configuration"), "\(result.stdout)")
        #expect(result.stdout.contains("line 2"), "\(result.stdout)")
        #expect(result.stdout.contains("engine 28.5.1"))
    }

    @Test("with --json there is one document")
    func json() async throws {
        let scene = try DoctorScene()
        let result = try await scene.doctor("127.0.0.1:1", "--json", "--quiet")
        #expect(result.status == 11)
        #expect(result.stderr.isEmpty, "\(result.stderr)")
        let document =
            try JSONSerialization.jsonObject(with: Data(result.stdout.utf8)) as? [String: Any]
        #expect(document?["type"] as? String == "publisher.doctor.v1")
        #expect(document?["healthy"] as? Bool == false)
        let checks = document?["checks"] as? [[String: String]]
        let found = checks?.first { $0["severity"] == "problem" }
        #expect(found?["check"] == "address")
        for key in ["what", "why", "cure"] { #expect(found?[key]?.isEmpty == false) }
    }

    @Test("what hangs is given up in time, and does not keep the rest from being told")
    func hangs() async throws {
        let registry = try ScriptedRegistry()
        registry.inject(Fault(pathContains: "/v2/", times: 9, .delay(40)))
        let scene = try DoctorScene(docker: "sleep 40")
        let result = try await scene.doctor("\(registry.host)/team/app")
        #expect(result.status == 11, "\(result.stdout)")
        #expect(result.seconds < 35)
        #expect(result.stdout.contains("problem  address"), "\(result.stdout)")
        #expect(result.stdout.contains("the program does not tell its version"))
    }

    @Test("interrupted while it tries whether one may push, it still leaves nothing behind")
    func interrupted() async throws {
        let registry = try ScriptedRegistry()
        registry.inject(Fault(method: "POST", .delay(3)))
        let scene = try DoctorScene()
        let child = try ChildProcess(scene.program.call(["doctor", "\(registry.host)/team/app"]))
        #expect(await registry.waitForRequests(method: "POST"))
        child.signal(SIGINT)
        let result = try await child.wait(timeout: 60)
        #expect(result.status == 130, "\(result.stderr)")
        #expect(registry.count(method: "DELETE") == 1)
        #expect(registry.openUploads.isEmpty)
        #expect(result.stdout.isEmpty)
    }

    @Test("an account that names no registry is shown to the first one alone")
    func oneRegistry() async throws {
        let tokens = TokenAuth(user: "ci", password: "pat-4711")
        let first = try ScriptedRegistry(auth: .token(tokens))
        let second = try ScriptedRegistry(auth: .token(tokens))
        let labels = ["\(first.host)/a/b:1", "\(second.host)/a/b:1"].map { "l:docker://\($0)" }
        let scene = try DoctorScene()
        _ = try await scene.doctor(environment: [
            "GITEA_RUNNER_LABELS": labels.joined(separator: ","), "PUBLISHER_USERNAME": "ci",
            "PUBLISHER_PASSWORD": "pat-4711",
        ])
        #expect(first.issuedTokens > 0)
        #expect(second.requests.count > 0)
        #expect(second.issuedTokens == 0)
    }
}
