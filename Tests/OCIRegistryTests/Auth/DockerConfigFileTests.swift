import FoundationEssentials
import Testing

@testable import OCIRegistry

@Suite struct DockerConfigFileTests {
    private func file(_ home: TemporaryHome) throws -> DockerConfigFile {
        try DockerConfigFile(environment: home.environment, logger: .silent)
    }

    private let credentials = Credentials.basic(username: "u", password: "p:w")

    @Test func aNewFileIsForItsOwnerOnly() async throws {
        let home = try TemporaryHome()
        #expect(
            try await file(home).store(credentials, for: RegistryHost("h.io"))
                == "~/.docker/config.json")
        #expect(try home.mode(".docker") == 0o700)
        #expect(try home.mode(".docker/config.json") == 0o600)
        #expect(try home.names(in: ".docker") == ["config.json"])
        #expect(try await home.find("h.io").credentials == credentials)
    }

    @Test func everyOtherSettingIsKept() async throws {
        let home = try TemporaryHome()
        try home.write(
            #"""
            {"auths":{"other.io":{"auth":"eDp5","extra":[1,2.5,null,true]},
                      "https://h.io/v1/":{"auth":"b2xkOm9sZA=="}},
             "HttpHeaders":{"X":"a/b"},"big":9007199254740993,"plugins":{"a":{}}}
            """#, to: ".docker/config.json", mode: 0o644)
        try await file(home).store(credentials, for: RegistryHost("h.io"))
        let written = try JSON.decode(
            JSONValue.self, from: try home.read(".docker/config.json").utf8, what: "config")
        #expect(
            written
                == .object([
                    "auths": .object([
                        "other.io": .object([
                            "auth": .string("eDp5"),
                            "extra": .array([.integer(1), .number(2.5), .null, .bool(true)]),
                        ]),
                        "h.io": .object(["auth": .string(base64("u:p:w"))]),
                    ]),
                    "HttpHeaders": .object(["X": .string("a/b")]),
                    "big": .integer(9_007_199_254_740_993),
                    "plugins": .object(["a": .object([:])]),
                ]))
        #expect(try home.mode(".docker/config.json") == 0o600)
    }

    @Test(arguments: [
        Credentials.basic(username: "u", password: "p"), .identityToken("ID"), .bearer("RT"),
    ])
    func whatIsStoredIsFoundAgain(_ credentials: Credentials) async throws {
        let home = try TemporaryHome()
        for host in ["h.io", "docker.io", "localhost:5000"] {
            try await file(home).store(credentials, for: RegistryHost(host))
            #expect(try await home.find(host).credentials == credentials)
        }
        #expect(try home.read(".docker/config.json").contains("\"https://index.docker.io/v1/\""))
    }

    @Test func erasesEverySpellingOfAHostAndNothingElse() async throws {
        let home = try TemporaryHome()
        try home.write(
            #"{"auths":{"h.io":{"auth":"dTpw"},"https://h.io":{},"other.io":{"auth":"dTpw"}}}"#,
            to: ".docker/config.json")
        #expect(try await file(home).erase(RegistryHost("h.io")))
        #expect(try await home.find("h.io") == .none)
        #expect(try await home.find("other.io").credentials != .anonymous)
        #expect(try await !file(home).erase(RegistryHost("h.io")))
    }

    @Test func nothingIsWrittenWhereNothingIsToBeErased() async throws {
        let home = try TemporaryHome()
        #expect(try await !file(home).erase(RegistryHost("h.io")))
        #expect(!home.exists(".docker"))
    }

    @Test func aHelperKeepsTheSecretInPlaceOfTheFile() async throws {
        let home = try TemporaryHome()
        try home.install(
            helper: "one",
            #"""
            case $1 in
            store) cat > "$HOME/kept" ;;
            erase) cat > "$HOME/erased" ;;
            get) cat "$HOME/kept" ;;
            esac
            """#)
        try home.write(
            #"{"credHelpers":{"h.io":"one"},"auths":{"h.io":{"auth":"b2xkOm9sZA=="}}}"#,
            to: ".docker/config.json")
        let place = try await file(home).store(credentials, for: RegistryHost("h.io"))
        #expect(place == "docker-credential-one")
        #expect(try home.read("kept") == #"{"Secret":"p:w","ServerURL":"h.io","Username":"u"}"#)
        let config = try home.read(".docker/config.json")
        #expect(!config.contains("auth\"") && config.contains("\"h.io\""))
        #expect(try await home.find("h.io").credentials == credentials)

        #expect(try await file(home).erase(RegistryHost("h.io")))
        #expect(try home.read("erased") == "h.io")
    }

    @Test func aHelperThatRepeatsTheSecretIsRedacted() async throws {
        let home = try TemporaryHome()
        try home.install(helper: "one", #"echo "cannot store: $(cat | tr -d '{}')"; exit 1"#)
        try home.install(helper: "two", "echo p:w is too short; exit 1")
        for helper in ["one", "two"] {
            try home.write(#"{"credsStore":"\#(helper)"}"#, to: ".docker/config.json")
            let error = await thrown {
                try await file(home).store(credentials, for: RegistryHost("h.io"))
            }
            #expect(error?.kind == .configuration)
            #expect(error?.description.contains("p:w") == false)
        }
    }

    @Test func aLinkStaysALink() async throws {
        let home = try TemporaryHome()
        try home.write("{}", to: "dotfiles/docker.json")
        try home.write("{}", to: ".docker/config.json")
        try FileManager.default.removeItem(atPath: home.path + "/.docker/config.json")
        try FileManager.default.createSymbolicLink(
            atPath: home.path + "/.docker/config.json",
            withDestinationPath: home.path + "/dotfiles/docker.json")
        try await file(home).store(credentials, for: RegistryHost("h.io"))
        #expect(try home.read("dotfiles/docker.json").contains("h.io"))
        #expect(
            try FileManager.default.destinationOfSymbolicLink(
                atPath: home.path + "/.docker/config.json") == home.path + "/dotfiles/docker.json")
    }

    @Test func aMalformedFileIsNotOverwritten() async throws {
        let home = try TemporaryHome()
        try home.write("{broken", to: ".docker/config.json")
        let error = await thrown {
            try await file(home).store(credentials, for: RegistryHost("h.io"))
        }
        #expect(error?.kind == .configuration)
        #expect(try home.read(".docker/config.json") == "{broken")
    }

    @Test func aFolderThatCannotBeMadeIsAnError() async throws {
        let home = try TemporaryHome()
        try home.write("", to: ".docker")
        let error = await thrown {
            try await file(home).store(credentials, for: RegistryHost("h.io"))
        }
        #expect(error?.kind == .configuration)
        #expect(error?.advice?.isEmpty == false)
    }

    @Test func anonymousCredentialsCannotBeStored() async throws {
        let home = try TemporaryHome()
        let error = await thrown { try await file(home).store(.anonymous, for: .dockerHub) }
        #expect(error?.kind == .usage)
    }

    @Test func withoutAHomeThereIsNoFile() {
        #expect(throws: OCIError.self) {
            try DockerConfigFile(environment: [:], logger: .silent)
        }
    }
}
