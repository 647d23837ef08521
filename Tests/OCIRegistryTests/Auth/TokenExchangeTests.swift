import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite struct TokenExchangeTests {
    private static let realm = "https://git.example.org/v2/token"
    private static let basic = Credentials.basic(username: "me", password: "hunter2")

    private func exchange(
        _ service: FakeTokenService, _ credentials: Credentials = basic,
        realm text: String = realm, service name: String? = "container_registry",
        refreshToken: String? = nil
    ) throws -> TokenExchange {
        let registry = try RegistryHost("git.example.org")
        let realm = try Realm(
            text, registry: registry, registryScheme: "https", trustedHosts: [])
        return TokenExchange(
            endpoint: TokenEndpoint(realm: realm, service: name, registry: registry),
            transport: service, clock: { 1_700_000_000 },
            credentials: SourcedCredentials(credentials, source: "~/.docker/config.json (auths)"),
            refreshToken: refreshToken)
    }

    private func scopes() throws -> [Scope] {
        [
            .repository(try RepositoryName("team/app"), .pull, .push),
            .repository(try RepositoryName("base"), .pull),
        ]
    }

    private func failure(_ exchange: TokenExchange) async -> OCIError? {
        await thrown { try await exchange.token(for: try scopes()) }
    }

    @Test func asksByGETWithEveryScope() async throws {
        let service = FakeTokenService()
        let reply = try await exchange(service).token(for: scopes()).reply
        #expect(reply.token == "T")
        let request = try #require(await service.requests.first)
        #expect(request.head.method == .get)
        #expect(
            request.url
                == "https://git.example.org/v2/token?service=container_registry"
                + "&scope=repository%3Ateam%2Fapp%3Apull%2Cpush&scope=repository%3Abase%3Apull"
                + "&account=me")
        #expect(request.authorization == "Basic \(base64("me:hunter2"))")
        guard case .collect(TokenReply.limit) = request.delivery else {
            Issue.record("the reply is not bounded")
            return
        }
    }

    @Test func asksAnonymouslyWithoutCredentials() async throws {
        let service = FakeTokenService()
        _ = try await exchange(service, .anonymous).token(for: scopes())
        let request = try #require(await service.requests.first)
        #expect(request.authorization == nil && !request.url.contains("account"))
    }

    @Test func keepsTheRealmsOwnQuery() async throws {
        let service = FakeTokenService()
        let realm = "https://git.example.org/t?a=b"
        _ = try await exchange(service, realm: realm, service: nil).token(for: [])
        #expect(await service.requests.first?.url == "https://git.example.org/t?a=b&account=me")
    }

    @Test func exchangesAnIdentityTokenByPOST() async throws {
        let service = FakeTokenService(200, #"{"access_token":"A","refresh_token":"next"}"#)
        let (reply, next) = try await exchange(service, .identityToken("ID/+")).token(for: scopes())
        #expect(reply.token == "A" && next == "next")
        let request = try #require(await service.requests.first)
        #expect(request.head.method == .post && request.url == Self.realm)
        #expect(request.authorization == nil)
        #expect(
            request.form
                == "grant_type=refresh_token&refresh_token=ID%2F%2B&service=container_registry"
                + "&client_id=publisher"
                + "&scope=repository%3Ateam%2Fapp%3Apull%2Cpush%20repository%3Abase%3Apull")
    }

    @Test(arguments: [404, 405])
    func turnsToPOSTWhereGETIsUnknown(_ status: Int) async throws {
        let service = FakeTokenService { request, _ in
            request.head.method == .get
                ? .answer(status, "") : .answer(200, #"{"access_token":"P"}"#)
        }
        #expect(try await exchange(service).token(for: scopes()).reply.token == "P")
        let form = try #require(await service.requests.last?.form)
        #expect(form.hasPrefix("grant_type=password&username=me&password=hunter2&"))
    }

    @Test func reportsTheGETWherePOSTIsUnknownToo() async throws {
        let service = FakeTokenService(404, "no such page")
        let error = await failure(try exchange(service))
        #expect(error?.kind == .protocolViolation)
        #expect(error?.exchange?.request.hasPrefix("GET ") == true)
        #expect(await service.requests.count == 2)
    }

    @Test func usesARefreshTokenFirstAndTheCredentialsWhenItHasRunOut() async throws {
        let fresh = FakeTokenService()
        #expect(try await exchange(fresh, refreshToken: "R").token(for: []).refreshToken == "R")
        #expect(await fresh.requests.map(\.head.method) == [.post])

        let stale = FakeTokenService { request, _ in
            request.head.method == .post
                ? .answer(400, #"{"error":"invalid_grant"}"#) : .answer(200, #"{"token":"G"}"#)
        }
        let (reply, next) = try await exchange(stale, refreshToken: "R").token(for: [])
        #expect(reply.token == "G" && next == nil)
    }

    @Test(arguments: [
        (
            401, #"{"errors":[{"code":"UNAUTHORIZED","message":"wrong password"}]}"#,
            "wrong password"
        ),
        (403, #"{"details":"incorrect username or password"}"#, "incorrect username"),
        (401, #"{"message":"no"}"#, "no"),
        (401, "authGroup.Verify\n", "authGroup.Verify"),
        (401, "", ""),
    ])
    func aRefusalSaysWhatTheRegistrySaidAndWhoseCredentialsTheyWere(
        _ status: Int, _ body: String, _ said: String
    ) async throws {
        let error = await failure(try exchange(FakeTokenService(status, body)))
        #expect(error?.kind == .denied)
        #expect(error?.exchange?.status == status)
        let message = error?.exchange?.registryMessage ?? ""
        #expect(said.isEmpty ? message.isEmpty : message.contains(said))
        #expect(error?.advice?.contains("~/.docker/config.json (auths)") == true)
        #expect(error?.advice?.contains("write:package") == true)
    }

    @Test func aRefusedIdentityTokenIsARefusal() async throws {
        let service = FakeTokenService(
            400, #"{"error":"invalid_grant","error_description":"token expired"}"#)
        let error = await failure(try exchange(service, .identityToken("ID")))
        #expect(error?.kind == .denied)
        #expect(error?.exchange?.registryMessage == "invalid_grant: token expired")
    }

    @Test func aRefusalOfNobodyAdvisesToLogIn() async throws {
        let error = await failure(try exchange(FakeTokenService(401, ""), .anonymous))
        #expect(error?.kind == .denied)
        #expect(error?.advice?.contains("publisher login git.example.org") == true)
    }

    @Test func theGiteaHintIsForGiteaOnly() async throws {
        let quay = await failure(try exchange(FakeTokenService(401, ""), service: "quay.io"))
        #expect(quay?.advice?.contains("write:package") == false)
        let gitlab = await failure(
            try exchange(FakeTokenService(401, ""), realm: "https://git.example.org/jwt/auth"))
        #expect(gitlab?.advice?.contains("write:package") == false)
    }

    @Test(arguments: [408, 429, 500, 502, 503])
    func aPassingFaultIsTemporaryAndNotRetriedHere(_ status: Int) async throws {
        let service = FakeTokenService(status, "", fields: [.retryAfter: "7"])
        let error = await failure(try exchange(service))
        #expect(error?.kind == .temporary)
        #expect(error?.retryAfter == 7)
        #expect(await service.requests.count == 1)
    }

    @Test func aPassingFaultDuringARefreshIsNotAnsweredWithTheCredentials() async throws {
        let service = FakeTokenService(503, "")
        let error = await failure(try exchange(service, refreshToken: "R"))
        #expect(error?.kind == .temporary)
        #expect(await service.requests.count == 1)
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let service = FakeTokenService(307, "", fields: [.location: "https://evil.org/token"])
        let error = await failure(try exchange(service))
        #expect(error?.kind == .protocolViolation)
        #expect(error?.message.contains("redirects") == true)
        #expect(await service.requests.count == 1)
    }

    @Test func anOversizeReplyIsNotReadToItsEnd() async throws {
        let body = #"{"token":"\#(String(repeating: "x", count: TokenReply.limit))"}"#
        #expect(await failure(try exchange(FakeTokenService(200, body)))?.kind == .badData)
    }

    @Test func aMalformedReplyBreaksTheProtocol() async throws {
        let error = await failure(try exchange(FakeTokenService(200, "<html>hunter2</html>")))
        #expect(error?.kind == .protocolViolation)
        #expect(error?.exchange?.status == 200)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func credentialsAreKeptFromAnotherHost() async throws {
        for credentials in [Self.basic, .identityToken("hunter2")] {
            let service = FakeTokenService()
            let other = try exchange(
                service, credentials, realm: "https://auth.example.org/token", refreshToken: "R")
            #expect(try await other.token(for: scopes()).reply.token == "T")
            let transcript = await service.transcript
            #expect(await service.requests.map(\.head.method) == [.get])
            #expect(!transcript.contains("hunter2") && !transcript.contains(base64("me:hunter2")))
            #expect(!transcript.lowercased().contains("authorization:"))
            #expect(!transcript.contains("account=me"))
        }
    }

    @Test func aRefusalByAnotherHostSaysWhyAndWhatToDo() async throws {
        let service = FakeTokenService(401, "")
        let error = await failure(
            try exchange(service, realm: "https://auth.example.org:8443/token"))
        #expect(error?.kind == .denied)
        #expect(
            error?.message
                == "registry git.example.org asks to authenticate at auth.example.org; "
                + "credentials were not sent there")
        #expect(
            error?.advice == "if auth.example.org is right, pass --trust-realm auth.example.org")
    }
}
