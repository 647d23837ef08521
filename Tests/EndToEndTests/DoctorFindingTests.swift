import Foundation
import TestSupport
import Testing

/// What `publisher doctor` finds where something is wrong.
@Suite struct DoctorFindingTests {
    private let tokens = TokenAuth(user: "ci", password: "pat-4711")
    private let account = ["RU": "ci", "RP": "pat-4711"]

    private func fault(_ path: String, _ status: Int, type: String, _ body: String) -> Fault {
        Fault(
            pathContains: path, times: 9,
            .status(status, headers: ["Content-Type": type], body: Array(body.utf8)))
    }

    @Test("nobody there")
    func nobody() async throws {
        let result = try await DoctorScene().doctor("127.0.0.1:1/team/app")
        expectFinding(
            result, "problem", "address", says: "no connection to 127.0.0.1:1", "reachable")
    }

    @Test("a page for people in the place of a registry", arguments: [200, 404])
    func page(status: Int) async throws {
        let registry = try ScriptedRegistry()
        registry.inject(
            fault("/v2/", status, type: "text/html", "<html><h1>Welcome</h1></html>"))
        let result = try await DoctorScene().doctor("\(registry.host)/team/app")
        expectFinding(
            result, "problem", "address", says: "is no registry", "Welcome", "host and its port")
        #expect(registry.writes.isEmpty)
    }

    @Test("an address that leads elsewhere")
    func redirect() async throws {
        let registry = try ScriptedRegistry()
        registry.inject(
            Fault(
                pathContains: "/v2/", times: 9,
                .status(301, headers: ["Location": "https://real.example/v2/"])))
        let result = try await DoctorScene().doctor(registry.host)
        expectFinding(
            result, "problem", "address", says: "leads elsewhere", "https://real.example/v2/")
    }

    @Test("TLS where the configuration says that there is none")
    func insecureButTLS() async throws {
        let registry = try await LocalRegistryServer(LocalSetup(isTLS: true))
        let scene = try DoctorScene()
        try scene.configure(registry, ", insecure: true")
        expectFinding(
            try await scene.doctor(), "problem", "address", says: "speaks TLS alone",
            "insecure: true")
    }

    @Test("a certificate of nobody who is trusted")
    func certificate() async throws {
        let registry = try await LocalRegistryServer(LocalSetup(isTLS: true))
        let scene = try DoctorScene()
        expectFinding(
            try await scene.doctor(registry.host), "problem", "address", says: "is not trusted",
            "--ca-file")
        let good = try await scene.doctor(
            registry.host, "--ca-file", try #require(registry.authorityFile))
        #expect(good.status == 0, "\(good.stdout)")
        // The configuration's own file goes before the environment's.
        try scene.configure(registry)
        let bundle = try scene.program.home.write("bundle.pem", "")
        let own = try await scene.doctor(environment: ["SSL_CERT_FILE": bundle])
        #expect(own.status == 0, "\(own.stdout)")
    }

    @Test("an http realm behind TLS")
    func realm() async throws {
        var setup = LocalSetup(dialect: .gitea, authentication: .token, isTLS: true)
        setup.giteaVersion = "1.24"
        setup.externalURL = "http://127.0.0.1"
        let registry = try await LocalRegistryServer(setup)
        let scene = try DoctorScene()
        try scene.configure(registry)
        let result = try await scene.doctor(environment: scene.account(registry))
        expectFinding(
            result, "problem", "tokens", says: "to http://", "though it speaks TLS", "ROOT_URL")
        #expect(result.stdout.contains("may pull and push"), "publisher itself uses https")
    }

    @Test("tokens from another host")
    func otherRealm() async throws {
        var tokens = tokens
        tokens.realm = "http://localhost:1/token"
        let registry = try ScriptedRegistry(auth: .token(tokens))
        let scene = try DoctorScene()
        try scene.configure(registry.host)
        let result = try await scene.doctor(environment: account)
        expectFinding(
            result, "problem", "tokens", says: "another host", "--trust-realm localhost:1")
    }

    @Test("clocks that do not agree", arguments: [(600.0, "problem"), (90.0, "warning")])
    func clock(seconds: Double, severity: String) async throws {
        let registry = try ScriptedRegistry()
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let date = format.string(from: Date(timeIntervalSinceNow: seconds))
        registry.inject(Fault(pathContains: "/v2/", times: 9, .rewriteHeader("Date", date)))
        expectFinding(
            try await DoctorScene().doctor(registry.host), severity, "clock", says: "behind",
            "timedatectl")
    }

    @Test("releases of Gitea with faults", arguments: ["1.25.0", "1.25.1"])
    func giteaRelease(release: String) async throws {
        let registry = try ScriptedRegistry(quirks: .gitea)
        registry.inject(
            fault("/api/v1/version", 200, type: "application/json", #"{"version":"\#(release)"}"#))
        let scene = try DoctorScene()
        try scene.configure(registry.host, dialect: "gitea")
        expectFinding(
            try await scene.doctor(), "problem", "gitea", says: "Gitea \(release)", "1.25.3")
    }

    @Test("LocalRegistry's Gitea 1.25.0 is told too, and that the configuration does not say so")
    func localGitea() async throws {
        let registry = try await LocalRegistryServer(
            LocalSetup(dialect: .gitea, authentication: .token, giteaVersion: "1.25.0"))
        let scene = try DoctorScene()
        try scene.configure(registry.host, dialect: "oci")
        let result = try await scene.doctor(environment: scene.account(registry))
        expectFinding(result, "problem", "gitea", says: "Gitea 1.25.0", "35853")
        #expect(result.stdout.contains("publisher.yaml says dialect: oci"), "\(result.stdout)")
    }

    @Test("another registry where the configuration says Gitea")
    func notGitea() async throws {
        let registry = try await LocalRegistryServer(LocalSetup())
        let scene = try DoctorScene()
        try scene.configure(registry.host, dialect: "gitea")
        expectFinding(
            try await scene.doctor(), "warning", "gitea", says: "does not show itself as Gitea's")
    }

    @Test("no credentials, wrong ones, half of them", arguments: LocalSetup.guarded)
    func credentials(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let scene = try DoctorScene()
        try scene.configure(registry)
        expectFinding(
            try await scene.doctor(), "problem", "credentials", says: "none were found",
            "publisher login")
        let wrong = try await scene.doctor(environment: ["RU": "ci", "RP": "wr0ng-pa55"])
        expectFinding(
            wrong, "problem", "credentials", says: "refuses the credentials",
            "the environment (RU, RP)")
        #expect(!(wrong.stdout + wrong.stderr).contains("wr0ng-pa55"))
        expectFinding(
            try await scene.doctor(environment: ["RU": "ci"]), "problem", "credentials",
            says: "RU is set but RP is not")
    }

    @Test("an account of nobody in particular may pull, not push")
    func anonymousPull() async throws {
        let registry = try await LocalRegistryServer(
            LocalSetup(authentication: .token, anonymousPull: true))
        let scene = try DoctorScene()
        try scene.configure(registry)
        expectFinding(
            try await scene.doctor(), "problem", "credentials", says: "may pull, not push",
            "without credentials", "publisher login")
    }

    @Test("the token of an Actions job, which Gitea does not let push")
    func jobToken() async throws {
        let registry = try await LocalRegistryServer(LocalSetup.guarded[1])
        let scene = try DoctorScene()
        try scene.configure(registry)
        let token = "0123456789abcdef0123456789abcdef01234567"
        let result = try await scene.doctor(environment: [
            "RU": "ci", "RP": token, "GITEA_ACTIONS": "true", "GITEA_TOKEN": token,
        ])
        expectFinding(
            result, "problem", "credentials", says: "the job's own token", "Actions job",
            "write:package")
        #expect(!(result.stdout + result.stderr).contains(token))
    }

    @Test("a token without write:package")
    func readOnly() async throws {
        let registry = try ScriptedRegistry(auth: .token(tokens), quirks: .gitea)
        registry.inject(
            fault("/api/v1/version", 200, type: "application/json", #"{"version":"1.27.0"}"#))
        registry.inject(
            Fault(
                method: "POST", pathContains: "/uploads/", times: 9,
                .status(
                    401, headers: ["WWW-Authenticate": #"Basic realm="Gitea Package API""#],
                    body: Array("reqPackageAccess\n".utf8))))
        let scene = try DoctorScene()
        try scene.configure(registry.host, dialect: "gitea")
        let result = try await scene.doctor(environment: account)
        expectFinding(
            result, "problem", "credentials", says: "may pull, not push", "write:package",
            "\(registry.host)/team/app")
        #expect(!(result.stdout + result.stderr).contains("pat-4711"))
    }

    @Test("a docker program that is older than the engine's minimum")
    func oldDocker() async throws {
        let scene = try DoctorScene(oldestAPI: "1.44", clientAPI: "1.41")
        expectFinding(
            try await scene.doctor(), "problem", "docker", says: "client 28.5.0, API 1.41",
            "the engine's minimum, 1.44", "update the docker program")
        let pinned = try DoctorScene(oldestAPI: "1.44")
        expectFinding(
            try await pinned.doctor(environment: ["DOCKER_API_VERSION": "1.43"]), "problem",
            "docker", says: "DOCKER_API_VERSION", "1.44 or newer")
    }

    @Test("an engine that was named and does not answer")
    func noEngine() async throws {
        let result = try await DoctorScene().doctor(
            environment: ["DOCKER_HOST": "unix:///nowhere/docker.sock"])
        expectFinding(
            result, "warning", "docker", says: "no Docker Engine answers", "DOCKER_HOST")
    }

    @Test("images that runners' labels stand for")
    func runner() async throws {
        let registry = try ScriptedRegistry()
        let digest = registry.put(
            manifest: Array(#"{"schemaVersion":2}"#.utf8),
            mediaType: "application/vnd.oci.image.manifest.v1+json", in: "team/builder",
            tags: ["1"])
        let scene = try DoctorScene()
        let image = "\(registry.host)/team/builder"
        let good = try scene.program.home.write(
            ".runner", #"{"id": 1, "labels": ["pinned:docker://\#(image)@\#(digest)", "own:host"]}"#
        )
        let pinned = try await scene.doctor("--labels", good)
        #expect(pinned.status == 0, "\(pinned.stdout)")
        #expect(pinned.stdout.contains("ok       runner         pinned"), "\(pinned.stdout)")
        let tagged = try await scene.doctor(
            environment: ["GITEA_RUNNER_LABELS": "own:host,tagged:docker://\(image):1"])
        expectFinding(
            tagged, "warning", "runner", says: "by the tag 1 alone", "docker://\(image)@\(digest)")
        let settings = try scene.program.home.write(
            "config.yaml", "runner:\n  labels:\n    - \"gone:docker://\(image):2\"\n")
        let gone = try await scene.doctor("--labels", settings)
        expectFinding(
            gone, "problem", "runner", says: "there is no such image", "runs-on: gone", "label")
    }
}
