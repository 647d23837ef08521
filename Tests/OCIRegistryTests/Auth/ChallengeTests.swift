import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite struct ChallengeTests {
    private func parse(_ lines: String...) -> [Challenge] {
        var fields = HTTPFields()
        for line in lines { fields.append(HTTPField(name: .wwwAuthenticate, value: line)) }
        return Challenge.parse(fields)
    }

    @Test func readsTheExampleOfRFC9110() {
        let line = #"""
            Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""
            """#
        #expect(
            parse(line) == [
                Challenge(scheme: "basic", parameters: ["realm": "simple"]),
                Challenge(
                    scheme: "newauth",
                    parameters: ["realm": "apps", "type": "1", "title": #"Login to "apps""#]),
            ])
    }

    @Test(arguments: [
        (
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull,push""#,
            [
                "realm": "https://auth.docker.io/token", "service": "registry.docker.io",
                "scope": "repository:library/alpine:pull,push",
            ]
        ),
        (
            #"Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry",scope="repository:group/project:pull",error="invalid_token""#,
            [
                "realm": "https://gitlab.example.com/jwt/auth", "service": "container_registry",
                "scope": "repository:group/project:pull", "error": "invalid_token",
            ]
        ),
        (
            #"Bearer realm="https://quay.io/v2/auth",service="quay.io""#,
            ["realm": "https://quay.io/v2/auth", "service": "quay.io"]
        ),
    ])
    func readsBearerChallengesOfRealRegistries(_ line: String, _ parameters: [String: String]) {
        #expect(parse(line) == [Challenge(scheme: "bearer", parameters: parameters)])
    }

    @Test func readsTheBasicChallengeOfECR() {
        #expect(
            parse(
                #"Basic realm="https://123.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com""#
            )
                == [
                    Challenge(
                        scheme: "basic",
                        parameters: [
                            "realm": "https://123.dkr.ecr.eu-west-1.amazonaws.com/",
                            "service": "ecr.amazonaws.com",
                        ])
                ])
    }

    @Test func readsBothLinesOfGitea() {
        let found = parse(
            #"Bearer realm="https://git.example.org/v2/token",service="container_registry",scope="*""#,
            #"Basic realm="Gitea Container Registry""#)
        #expect(found.map(\.scheme) == ["bearer", "basic"])
        #expect(found.first?.parameters["scope"] == "*")
    }

    @Test func tellsGiteaFromGitLab() {
        func isGiteas(_ line: String) -> Bool { parse(line).contains(where: \.isGiteas) }
        #expect(
            isGiteas(
                #"Bearer realm="http://git.example.org/v2/token",service="container_registry",scope="*""#
            ))
        #expect(
            !isGiteas(
                #"Bearer realm="https://gitlab.com/jwt/auth",service="container_registry""#))
        #expect(!isGiteas(#"Bearer realm="https://example.org/v2/token",service="example.org""#))
        #expect(!isGiteas(#"Basic realm="/v2/token""#))
    }

    @Test func readsToken68AndSchemesWithoutAnything() {
        #expect(
            parse(#"Negotiate YWJj/+==, NTLM, Basic realm="a, b" , Digest nonce=xyz"#) == [
                Challenge(scheme: "negotiate", token68: "YWJj/+=="),
                Challenge(scheme: "ntlm"),
                Challenge(scheme: "basic", parameters: ["realm": "a, b"]),
                Challenge(scheme: "digest", parameters: ["nonce": "xyz"]),
            ])
    }

    @Test func foldsTheCaseOfSchemesAndNamesOnly() {
        #expect(
            parse(#"BEARER Realm="https://A/T""#)
                == [Challenge(scheme: "bearer", parameters: ["realm": "https://A/T"])])
    }

    @Test func keepsTheFirstOfARepeatedParameter() {
        #expect(parse(#"Basic realm="a", realm="b""#).first?.parameters == ["realm": "a"])
    }

    @Test(arguments: [
        (#"Bearer realm=https://h/token?a=b,service=s"#, "https://h/token?a=b"),
        (#"Bearer realm = "https://h/t" , service="s""#, "https://h/t"),
        (#"Bearer realm="https://h/t"#, "https://h/t"),
        (#",, Bearer ,realm="https://h/t",,"#, "https://h/t"),
        (#"Basic Bearer realm="https://h/t""#, "https://h/t"),
        (#"="x" Bearer realm="https://h/t""#, "https://h/t"),
    ])
    func makesTheBestOfMalformedLines(_ line: String, _ realm: String) {
        #expect(parse(line).contains { $0.scheme == "bearer" && $0.parameters["realm"] == realm })
    }

    @Test(arguments: ["", " , ,", "\"", "===", "\"unfinished \\"])
    func findsNothingInNoise(_ line: String) {
        #expect(parse(line).isEmpty)
    }
}
