import Testing

@testable import OCIRegistry

@Suite struct RealmTests {
    private func realm(
        _ text: String, for host: String = "git.example.org", scheme: String = "https",
        trusting trusted: Set<String> = []
    ) throws -> Realm {
        try Realm(
            text, registry: RegistryHost(host), registryScheme: scheme, trustedHosts: trusted)
    }

    @Test(arguments: [
        ("https://git.example.org/v2/token", "git.example.org"),
        ("https://GIT.Example.org/v2/token", "git.example.org"),
        ("HTTPS://git.example.org:3000/v2/token", "git.example.org"),
        ("https://git.example.org/v2/token", "git.example.org:8443"),
        ("https://auth.docker.io/token", "docker.io"),
        ("https://auth.docker.io/token", "registry-1.docker.io"),
        ("https://registry-1.docker.io/token", "docker.io"),
        ("https://[::1]:5001/token", "[::1]:5000"),
    ])
    func credentialsMayGoToTheRegistrysOwnHost(_ text: String, _ host: String) throws {
        #expect(try realm(text, for: host).isTrusted)
    }

    @Test(arguments: [
        "https://evil.example.org/token", "https://git.example.org.evil.org/token",
        "https://example.org/token", "https://auth.docker.io/token",
        "https://git.example.org./token",
    ])
    func credentialsMayNotGoToAnotherHost(_ text: String) throws {
        #expect(try !realm(text).isTrusted)
    }

    @Test func theUserMayTrustAnotherHost() throws {
        let text = "https://Auth.example.org:8443/token"
        #expect(try realm(text, trusting: ["AUTH.example.org"]).isTrusted)
        #expect(try realm(text, trusting: ["auth.example.org:8443"]).isTrusted)
        #expect(try !realm(text, trusting: ["auth.example.org:9999"]).isTrusted)
        #expect(try realm(text).hostName == "auth.example.org")
    }

    @Test(arguments: [
        ("http://git.example.org/v2/token", "git.example.org", "git.example.org"),
        ("http://git.example.org/v2/token", "git.example.org:8443", "git.example.org:8443"),
        ("http://git.example.org:80/v2/token", "git.example.org", "git.example.org"),
        ("http://git.example.org:3000/v2/token", "git.example.org", "git.example.org:3000"),
    ])
    func plainHTTPOnTheSameHostBecomesHTTPS(
        _ text: String, _ host: String, _ authority: String
    ) throws {
        let upgraded = try realm(text, for: host)
        #expect(upgraded.scheme == "https" && upgraded.wasUpgraded && upgraded.isTrusted)
        #expect(upgraded.authority == authority)
    }

    @Test func plainHTTPOnAnotherHostIsRefusedEvenIfTrusted() async {
        let error = await thrown {
            try realm("http://auth.example.org/token", trusting: ["auth.example.org"])
        }
        #expect(error?.kind == .protocolViolation)
        #expect(error?.message.contains("refused") == true)
    }

    @Test func aRegistryOnPlainHTTPMayNameAPlainRealm() throws {
        let plain = try realm("http://localhost:5001/token", for: "localhost:5000", scheme: "http")
        #expect(plain.scheme == "http" && plain.isTrusted && !plain.wasUpgraded)
        #expect(try !realm("http://other/token", for: "localhost:5000", scheme: "http").isTrusted)
    }

    @Test(arguments: [
        "", "/v2/token", "git.example.org/token", "ftp://git.example.org/token", "https://",
        "https:///token", "https://user@git.example.org/token",
        "https://git.example.org@evil.org/token", #"https://git.example.org\@evil.org/token"#,
        "https://git.example.org:99999/t", "https://git.example.org/a b",
        "https://git.exämple.org/token", "https://git.example.org/\u{7f}", "javascript:alert(1)",
        "https://git.example.org%2eevil.org/",
    ])
    func whatIsNoPlainAbsoluteURLIsRefused(_ text: String) async {
        #expect(await thrown { try realm(text) }?.kind == .protocolViolation)
    }

    @Test func userInformationIsNotRepeatedInTheError() async {
        let error = await thrown { try realm("https://u:hunter2@git.example.org/token") }
        #expect(error?.message.contains("user information") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func pathAndQueryAreKeptAndTheFragmentIsNot() throws {
        #expect(try realm("https://git.example.org/a?b=c#d").path == "/a?b=c")
        #expect(try realm("https://git.example.org").path == "/")
        #expect(try realm("https://git.example.org?b=c").path == "/?b=c")
    }
}
