import Testing

@testable import OCIRegistry

@Suite struct CredentialHelperTests {
    /// Answers with the server that it was asked for as the user name.
    private static let echo = #"""
        read server; echo "{\"ServerURL\":\"$server\",\"Username\":\"$1 $server\",\"Secret\":\"s\"}"
        """#

    @Test func asksTheHelperOfTheHostAndThenTheOneForAll() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "one", Self.echo)
        try home.install(
            helper: "all", #"echo '{"Username":"all","Secret":"s"}'"#)
        try home.write(
            #"{"credHelpers":{"h.io":"one"},"credsStore":"all"}"#, to: ".docker/config.json")
        let one = try await home.find("h.io", "a/b")
        #expect(one.credentials == .basic(username: "get h.io", password: "s"))
        #expect(one.source.contains("docker-credential-one"))
        #expect(try await home.find("other.io").credentials.username == "all")
    }

    @Test func theEntryOfANamespaceCountsMoreThanAHelper() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "all", #"echo '{"Username":"all","Secret":"s"}'"#)
        try home.write(
            #"{"credsStore":"all","auths":{"h.io/team":{"auth":"dTpw"},"h.io":{"auth":"eDp5"}}}"#,
            to: ".docker/config.json")
        #expect(try await home.find("h.io", "team/app").credentials.username == "u")
        #expect(try await home.find("h.io", "other").credentials.username == "all")
    }

    @Test func asksForDockerHubByItsOldName() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "one", Self.echo)
        try home.write(#"{"credsStore":"one"}"#, to: ".docker/config.json")
        #expect(
            try await home.find("docker.io").credentials.username
                == "get https://index.docker.io/v1/")
    }

    @Test func knowsAnIdentityTokenByItsUserName() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "one", #"echo '{"Username":"<token>","Secret":"ID"}'"#)
        try home.write(#"{"credsStore":"one"}"#, to: ".docker/config.json")
        #expect(try await home.find("h.io").credentials == .identityToken("ID"))
    }

    @Test func fallsBackToTheFileWhenTheHelperHasNothing() async throws {
        let home = try TemporaryHome()
        try home.install(
            helper: "one", "echo credentials not found in native keychain; exit 1")
        try home.write(#"{"credsStore":"one"}"#, to: ".docker/config.json")
        #expect(try await home.find("h.io") == .none)
        try home.write(
            #"{"credsStore":"one","auths":{"h.io":{"auth":"dTpw"}}}"#, to: ".docker/config.json")
        #expect(try await home.find("h.io").credentials == .basic(username: "u", password: "p"))
    }

    @Test(arguments: [
        ("echo the keychain is locked; exit 1", "the keychain is locked"),
        ("echo no bus >&2; exit 1", "no bus"),
        ("echo not json", "no JSON"),
        (#"echo '{"Username":"u"}'"#, "no JSON"),
        ("head -c 70000 /dev/zero", "more than 65536 bytes"),
        ("exit 3", "failed"),
    ])
    func otherFailuresAreErrorsWithTheHelpersWords(_ script: String, _ words: String) async throws {
        let home = try TemporaryHome()
        try home.install(helper: "one", script)
        try home.write(#"{"credsStore":"one"}"#, to: ".docker/config.json")
        let error = await thrown { try await home.find("h.io") }
        #expect(error?.kind == .configuration)
        #expect(error?.description.contains(words) == true)
        #expect(error?.description.contains("docker-credential-one") == true)
    }

    @Test func aFailingHelpersSecretIsNotShown() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "one", #"echo '{"Username":"u","Secret":"hunter2"}'; exit 1"#)
        try home.write(#"{"credsStore":"one"}"#, to: ".docker/config.json")
        let error = await thrown { try await home.find("h.io") }
        #expect(error?.kind == .configuration)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func aMissingHelperIsNamed() async throws {
        let home = try TemporaryHome()
        try home.write(#"{"credsStore":"nowhere"}"#, to: ".docker/config.json")
        let error = await thrown { try await home.find("h.io") }
        #expect(error?.kind == .configuration)
        #expect(error?.message.contains("docker-credential-nowhere") == true)
        #expect(error?.message.contains("no such program") == true)
    }

    @Test(arguments: ["../x", "a/b", "", "a b", "a;b", "a\u{0}b"])
    func aNameThatCouldLeadElsewhereIsRefused(_ name: String) {
        #expect(throws: OCIError.self) { try CredentialHelper(name: name, environment: [:]) }
    }

    @Test func aHelperThatHangsIsStopped() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "slow", "exec sleep 300")
        let helper = try CredentialHelper(
            name: "slow", environment: home.environment, timeLimit: .milliseconds(200))
        let start = ContinuousClock.now
        let error = await thrown { try await helper.get("h.io") }
        #expect(error?.kind == .configuration)
        #expect(error?.message.contains("no answer") == true)
        #expect(ContinuousClock.now - start < .seconds(150))
    }

    @Test func aHelperThatEndsWithoutReadingDoesNotEndThisProgram() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "deaf", #"echo '{"Username":"u","Secret":"p"}'"#)
        let helper = try CredentialHelper(name: "deaf", environment: home.environment)
        for _ in 0..<20 {
            let found = try await helper.get(String(repeating: "h", count: 5000))
            #expect(found == .basic(username: "u", password: "p"))
        }
    }

    @Test func aHelperSeesTheGivenEnvironmentAndNoOther() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "env", #"echo "{\"Username\":\"$MARK-$USER\",\"Secret\":\"p\"}""#)
        let environment = home.environment.merging(["MARK": "here"]) { $1 }
        let helper = try CredentialHelper(name: "env", environment: environment)
        #expect(try await helper.get("h").username == "here-")
    }
}
