import HTTPTypes
import Testing

@testable import OCIRegistry

/// Looks for secrets wherever one could surface: descriptions, mirrors, errors, logs.
@Suite struct SecrecyTests {
    private static let secrets = ["s3cret-pass", "s3cret-id", "s3cret-reg"]
    private static let all: [Credentials] = [
        .basic(username: "me", password: "s3cret-pass"), .identityToken("s3cret-id"),
        .bearer("s3cret-reg"),
    ]

    private func leaks(_ text: String) -> Bool {
        text.contains("s3cret") || text.contains(base64("me:s3cret-pass"))
            || text.contains(base64("<token>:s3cret-id"))
    }

    private func dumped(_ value: some Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text + "\(value)" + String(reflecting: value)
    }

    @Test(arguments: all)
    func descriptionsShowNoSecret(_ credentials: Credentials) {
        #expect(!leaks(dumped(credentials)))
        #expect(!leaks(dumped([credentials])))
        #expect(!leaks(dumped(SourcedCredentials(credentials, source: "x"))))
        #expect(!leaks(dumped(Optional(credentials))))
        // The sweep itself can find one.
        #expect(leaks(dumped(credentials.secrets)))
    }

    @Test func sourcesShowNoSecret() throws {
        let environment = ["PUBLISHER_PASSWORD": "s3cret-pass", "HOME": "/nowhere"]
        #expect(
            !leaks(
                dumped(
                    CredentialSources(
                        explicit: Self.all[0], environment: environment, logger: .silent))))
        #expect(!leaks(dumped(try DockerConfigFile(environment: environment, logger: .silent))))
    }

    /// Every answer that a token service could give, each repeating the secrets that it got.
    @Test(arguments: all, [200, 302, 400, 401, 403, 404, 405, 429, 500])
    func noErrorAndNoLogLineShowsASecret(_ credentials: Credentials, _ status: Int) async throws {
        let echo = (Self.secrets + [base64("me:s3cret-pass")]).joined(separator: " ")
        let bodies = [
            echo, #"{"errors":[{"code":"X","message":"\#(echo)","detail":{"a":"\#(echo)"}}]}"#,
            #"{"error":"\#(echo)"}"#, "<p>\(echo)</p>", #"{"token":"\#(echo)"}"#, "",
        ]
        for realm in ["https://h.io/token", "https://auth.io/token", "http://h.io/token"] {
            for body in bodies {
                let log = LogCapture()
                let service = FakeTokenService(
                    status, body, fields: [.location: "https://evil.io/?t=s3cret-pass"])
                let authenticator = Authenticator(
                    registry: try RegistryHost("h.io"), transport: service, logger: log.logger
                ) { _, _ in SourcedCredentials(credentials, source: "a test") }
                try await authenticator.learn(from: .unauthorized(#"Bearer realm="\#(realm)""#))
                let error = await thrown {
                    try await authenticator.authorization(
                        for: [.repository(try RepositoryName("a"), .pull)])
                }
                if credentials != .bearer("s3cret-reg") { #expect(error != nil) }
                let texts = [error.map { dumped($0) } ?? "", log.text, dumped(authenticator)]
                for secret in credentials.secrets {
                    #expect(!texts.contains { $0.contains(secret) })
                }
            }
        }
    }

    @Test func malformedFilesShowNoSecret() async throws {
        let home = try TemporaryHome()
        for document in [
            #"{"auths":{"h.io":{"auth":"s3cret-pass"}}}"#, #"{"auths":{"h.io":{"auth":"s3cret""#,
            #"{"auths":"s3cret-pass"}"#,
        ] {
            try home.write(document, to: ".docker/config.json")
            let error = await thrown { try await home.find("h.io") }
            #expect(error?.kind == .configuration)
            #expect(!leaks(error.map { dumped($0) } ?? ""))
        }
    }
}
