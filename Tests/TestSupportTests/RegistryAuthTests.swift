import TestSupport
import Testing

@Suite struct RegistryAuthTests {
    @Test func basicWantsCredentials() async throws {
        let registry = try ScriptedRegistry(auth: .basic(user: "u", password: "p"))
        let refused = try await curl(registry, "GET", "/v2/")
        #expect(refused.status == 401)
        #expect(refused.header("WWW-Authenticate") == #"Basic realm="scripted""#)
        #expect(try await curl(registry, "GET", "/v2/", "-u", "u:wrong").status == 401)
        #expect(try await curl(registry, "GET", "/v2/", "-u", "u:p").status == 200)
        #expect(registry.requests.last?.headers["authorization"] == "Basic dTpw")
    }

    @Test func tokensAreScopedAndRunOut() async throws {
        var auth = TokenAuth(user: "u", password: "p")
        auth.lifetime = .requests(2)
        auth.fields = [.accessToken]
        auth.expiresIn = nil
        let registry = try ScriptedRegistry(auth: .token(auth))
        let path = "/v2/a/b/manifests/t"
        let refused = try await curl(registry, "GET", path)
        #expect(
            refused.header("WWW-Authenticate")
                == #"Bearer realm="http://\#(registry.host)/token",service="scripted","#
                + #"scope="repository:a/b:pull""#)
        let query = "/token?service=scripted&scope=repository:a/b:pull"
        #expect(try await curl(registry, "GET", query).status == 401)
        let reply = try await curl(registry, "GET", query, "-u", "u:p")
        #expect(reply.text == "{\"access_token\":\"scripted-token-1\"}\n")
        let bearer = "Authorization: Bearer scripted-token-1"
        #expect(try await curl(registry, "GET", path, "-H", bearer).status == 404)
        let push = try await curl(registry, "POST", "/v2/a/b/blobs/uploads/", "-H", bearer)
        #expect(push.header("WWW-Authenticate")?.hasSuffix(#"error="insufficient_scope""#) == true)
        let late = try await curl(registry, "GET", path, "-H", bearer)
        #expect(late.header("WWW-Authenticate")?.hasSuffix(#"error="invalid_token""#) == true)
        #expect(registry.issuedTokens == 1)
    }

    @Test func anonymousTokensOnlyPull() async throws {
        var auth = TokenAuth(user: "u", password: "p")
        auth.anonymousPull = true
        auth.otherChallenges = [#"Basic realm="x""#]
        auth.joinsChallenges = true
        let registry = try ScriptedRegistry(auth: .token(auth))
        let refused = try await curl(registry, "GET", "/v2/a/tags/list")
        #expect(refused.header("WWW-Authenticate")?.hasPrefix(#"Basic realm="x", Bearer "#) == true)
        let query = "/token?scope=repository:a:pull,push"
        #expect(try await curl(registry, "GET", query).status == 200)
        let bearer = "Authorization: Bearer scripted-token-1"
        #expect(try await curl(registry, "GET", "/v2/a/tags/list", "-H", bearer).status == 404)
        let push = try await curl(registry, "POST", "/v2/a/blobs/uploads/", "-H", bearer)
        #expect(push.status == 401)
    }

    @Test func postTakesPasswordsAndRefreshTokens() async throws {
        var auth = TokenAuth(user: "u", password: "p")
        auth.acceptsGet = false
        auth.refreshToken = "identity"
        let registry = try ScriptedRegistry(auth: .token(auth))
        #expect(try await curl(registry, "GET", "/token", "-u", "u:p").status == 404)
        let password = Array("grant_type=password&username=u&password=p&access_type=offline".utf8)
        let first = try await curl(registry, "POST", "/token", body: password)
        #expect(first.text.contains(#""refresh_token":"identity""#))
        let refresh = Array("grant_type=refresh_token&refresh_token=identity".utf8)
        #expect(try await curl(registry, "POST", "/token", body: refresh).status == 200)
        let wrong = Array("grant_type=refresh_token&refresh_token=other".utf8)
        #expect(try await curl(registry, "POST", "/token", body: wrong).status == 401)
    }
}
