import Testing

@testable import OCIRegistry

@Suite struct CredentialSourcesTests {
    private func basic(_ username: String) -> Credentials {
        .basic(username: username, password: "pw-\(username)")
    }

    private func auth(_ username: String) -> String { base64("\(username):pw-\(username)") }

    @Test func eachSourceGivesWayToTheOneBeforeIt() async throws {
        let home = try TemporaryHome()
        let host = "git.example.org"
        #expect(try await home.find(host) == .none)

        try home.write(
            #"{"auths":{"\#(host)":{"auth":"\#(auth("podman"))"}}}"#,
            to: ".config/containers/auth.json")
        #expect(try await home.find(host).credentials == basic("podman"))

        try home.write(
            #"{"auths":{"\#(host)":{"auth":"\#(auth("runtime"))"}}}"#,
            to: "run/containers/auth.json")
        let runtime = ["XDG_RUNTIME_DIR": home.path + "/run"]
        #expect(try await home.find(host, adding: runtime).credentials == basic("runtime"))

        try home.write(#"{"auths":{"\#(host)":{"auth":"\#(auth("file"))"}}}"#, to: "my.json")
        let named = runtime.merging(["REGISTRY_AUTH_FILE": home.path + "/my.json"]) { $1 }
        #expect(try await home.find(host, adding: named).credentials == basic("file"))

        try home.write(
            #"{"auths":{"\#(host)":{"auth":"\#(auth("docker"))"}}}"#, to: ".docker/config.json")
        let docker = try await home.find(host, adding: named)
        #expect(docker.credentials == basic("docker"))
        #expect(docker.source == "~/.docker/config.json (auths)")

        try home.write(
            #"{"auths":{"\#(host)":{"auth":"\#(auth("moved"))"}}}"#, to: "elsewhere/config.json")
        let moved = named.merging(["DOCKER_CONFIG": home.path + "/elsewhere"]) { $1 }
        #expect(try await home.find(host, adding: moved).credentials == basic("moved"))

        let variables = moved.merging([
            "PUBLISHER_USERNAME": "env", "PUBLISHER_PASSWORD": "pw-env",
        ]) { $1 }
        let environment = try await home.find(host, adding: variables)
        #expect(environment.credentials == basic("env"))
        #expect(environment.source.contains("PUBLISHER_USERNAME"))

        let explicit = try await home.find(host, adding: variables, explicit: basic("explicit"))
        #expect(explicit.credentials == basic("explicit"))
    }

    @Test func pairsOfVariablesAreTriedInOrder() async throws {
        let environment = [
            "REGISTRY_USER": "one", "REGISTRY_TOKEN": "pw-one", "PUBLISHER_USERNAME": "two",
            "PUBLISHER_PASSWORD": "pw-two",
        ]
        let sources = CredentialSources(
            variables: [.init(username: "REGISTRY_USER", password: "REGISTRY_TOKEN"), .publisher],
            environment: environment, logger: .silent)
        #expect(try await sources.credentials(for: RegistryHost("h")).credentials == basic("one"))
    }

    @Test(arguments: ["PUBLISHER_USERNAME", "PUBLISHER_PASSWORD"])
    func halfAPairOfVariablesIsAnError(_ name: String) async throws {
        let home = try TemporaryHome()
        let error = await thrown { try await home.find("h", adding: [name: "hunter2"]) }
        #expect(error?.kind == .configuration)
        #expect(error?.message.hasPrefix("\(name) is set but PUBLISHER_") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func credentialsMeantForOneRegistryAreNotOfferedToAnother() async throws {
        let home = try TemporaryHome()
        let variables = ["PUBLISHER_USERNAME": "env", "PUBLISHER_PASSWORD": "pw-env"]
        let only = try RegistryHost("git.example.org")
        let other = try await home.find(
            "ghcr.io", adding: variables, explicit: basic("x"), onlyHost: only)
        #expect(other == .none)
        let same = try await home.find("git.example.org", adding: variables, onlyHost: only)
        #expect(same.credentials == basic("env"))
    }

    @Test(arguments: [
        "git.example.org", "https://git.example.org", "http://git.example.org/",
        "https://git.example.org/v1/", "https://git.example.org/v2/", "git.example.org/v1/",
        "GIT.example.org",
    ])
    func findsAHostUnderEverySpelling(_ key: String) async throws {
        let home = try TemporaryHome()
        try home.write(
            #"{"auths":{"\#(key)":{"auth":"\#(auth("u"))"},"other":{"auth":"eDp5"}}}"#,
            to: ".docker/config.json")
        #expect(try await home.find("git.example.org", "a/b").credentials == basic("u"))
        #expect(try await home.find("git.example.org:3000").credentials == .anonymous)
    }

    @Test(arguments: [
        "https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io",
        "https://registry-1.docker.io/v2/",
    ])
    func findsDockerHubUnderEverySpelling(_ key: String) async throws {
        let home = try TemporaryHome()
        try home.write(
            #"{"auths":{"\#(key)":{"auth":"\#(auth("u"))"}}}"#, to: ".docker/config.json")
        #expect(try await home.find("docker.io", "library/alpine").credentials == basic("u"))
    }

    @Test func theMostSpecificNamespaceWins() async throws {
        let home = try TemporaryHome()
        try home.write(
            #"""
            {"auths":{"h.io":{"auth":"\#(auth("host"))"},
                      "h.io/team":{"auth":"\#(auth("team"))"},
                      "h.io/team/app":{"auth":"\#(auth("app"))"}}}
            """#, to: ".config/containers/auth.json")
        #expect(try await home.find("h.io", "team/app").credentials == basic("app"))
        #expect(try await home.find("h.io", "team/app/sub").credentials == basic("app"))
        #expect(try await home.find("h.io", "team/application").credentials == basic("team"))
        #expect(try await home.find("h.io", "teams/app").credentials == basic("host"))
        #expect(try await home.find("h.io").credentials == basic("host"))
    }

    @Test(arguments: [
        (#"{"auth":"dTpwOnc="}"#, Credentials.basic(username: "u", password: "p:w")),
        (#"{"auth":"dTpwdwAA"}"#, .basic(username: "u", password: "pw")),
        (#"{"username":"u","password":"pw"}"#, .basic(username: "u", password: "pw")),
        (#"{"auth":"dTo=","identitytoken":"ID"}"#, .identityToken("ID")),
        (#"{"username":"<token>","password":"ID"}"#, .identityToken("ID")),
        (#"{"registrytoken":"RT"}"#, .bearer("RT")),
        (#"{}"#, .anonymous),
        (#"{"email":"a@b"}"#, .anonymous),
    ])
    func readsEveryShapeOfAnEntry(_ entry: String, _ expected: Credentials) async throws {
        let home = try TemporaryHome()
        try home.write(#"{"auths":{"h.io":\#(entry)}}"#, to: ".docker/config.json")
        #expect(try await home.find("h.io").credentials == expected)
    }

    @Test(arguments: [
        #"{"auths":{"h.io":{"auth":"!!!"}}}"#, #"{"auths":{"h.io":{"auth":"bm9jb2xvbg=="}}}"#,
        #"{"auths":[]}"#, #"{"auths":"#, #"[]"#, #"{"credHelpers":"x"}"#,
    ])
    func aMalformedFileIsNamedWithItsCure(_ document: String) async throws {
        let home = try TemporaryHome()
        try home.write(document, to: ".docker/config.json")
        let error = await thrown { try await home.find("h.io") }
        #expect(error?.kind == .configuration)
        #expect(error?.subject == "~/.docker/config.json")
        #expect(error?.advice?.isEmpty == false)
    }

    @Test func aMalformedEntryOfAnotherHostDoesNoHarm() async throws {
        let home = try TemporaryHome()
        try home.write(
            #"{"auths":{"bad.io":{"auth":"!"},"h.io":{"auth":"\#(auth("u"))"}}}"#,
            to: ".docker/config.json")
        #expect(try await home.find("h.io").credentials == basic("u"))
    }

    @Test func anEmptyFileHoldsNothing() async throws {
        let home = try TemporaryHome()
        try home.write("\n", to: ".docker/config.json")
        #expect(try await home.find("h.io") == .none)
    }

    @Test func aFileBeyondTheLimitIsRefused() async throws {
        let home = try TemporaryHome()
        try home.write(
            String(repeating: " ", count: LocalFile.limit + 1), to: ".docker/config.json")
        #expect(await thrown { try await home.find("h.io") }?.kind == .configuration)
    }

    @Test func warnsAboutAFileThatOthersCanRead() async throws {
        let (home, log) = (try TemporaryHome(), LogCapture())
        let document = #"{"auths":{"h.io":{"auth":"\#(auth("u"))"}}}"#
        try home.write(document, to: ".docker/config.json")
        _ = try await home.find("h.io", log: log)
        #expect(log.text.isEmpty)
        try home.write(document, to: ".docker/config.json", mode: 0o644)
        #expect(try await home.find("h.io", log: log).credentials == basic("u"))
        #expect(log.text.contains("warning") && log.text.contains(".docker/config.json"))
    }
}
