import HTTPTypes
import OCIRegistry
import TestSupport
import Testing

@testable import LocalRegistry

@Suite("Token endpoint")
struct TokenServiceTests {
    let folder: TemporaryFolder
    let users: UserFile
    let issuer: TokenIssuer
    let origin: Origin
    let control: AccessControl

    init() async throws {
        folder = try TemporaryFolder()
        users = try await usersWithAnn(in: folder)
        issuer = try await TokenIssuer(keyFile: folder.file("token.key"), lifetime: 120)
        origin = try Origin(url: "http://localhost:5000")
        control = AccessControl(.token(users, issuer))
    }

    private func scopes(_ answer: TokenAnswer?) async throws -> [String] {
        let text = try #require(answer?.token)
        let token = try #require(await issuer.verify(text, service: "localhost:5000"))
        return token.scopes.map(\.description)
    }

    @Test("a user gets what was asked for, from several scopes, each a field or several in one")
    func grants() async throws {
        let answer = try #require(
            try await control.getToken(
                "service=localhost%3A5000&scope=repository%3Aa%2Fb%2Fc%2Fd%3Apull%2Cpush"
                    + "&scope=repository:e:delete+repository:f:*%20registry:catalog:*"
                    + "&scope=repository:Illegal:pull&scope=*&scope=repository:e:fly&account=ann",
                basic("ann", "s3cret"), origin: origin))
        #expect(answer.status == 200)
        #expect(
            try await scopes(answer) == [
                "repository:a/b/c/d:pull,push", "repository:e:delete", "repository:f:*",
                "registry:catalog:*",
            ])
        let granted = try await scopes(answer)
        #expect(answer.scope == granted.joined(separator: " "))
        #expect(answer.body["access_token"] as? String == answer.token)
        #expect(answer.body["expires_in"] as? Int == 120)
        #expect((answer.body["issued_at"] as? String)?.hasSuffix("Z") == true)
        #expect(answer.refreshToken == nil)
        #expect(answer.fields[.cacheControl] == "no-store")
        #expect(answer.fields[.contentType] == "application/json")
    }

    @Test("wrong credentials get nothing, and nobody gets something only where that is allowed")
    func refusals() async throws {
        for authorization in [
            basic("ann", "wrong"), basic("eve", "s3cret"), "Bearer x", "Basic ?", nil,
        ] {
            let error = try await #require(throws: RegistryError.self) {
                try await control.getToken("scope=", authorization, origin: origin)
            }
            #expect(error.status == .unauthorized && error.code == .unauthorized)
            #expect(Challenge.parse(error.headers).map(\.scheme) == ["basic"])
        }
        let open = AccessControl(.token(users, issuer), anonymousPull: true)
        let query = "scope=repository:a/b:pull,push&scope=repository:c:*&scope=repository:d:push"
        let answer = try await open.getToken(query + "&scope=registry:catalog:*", origin: origin)
        #expect(try await scopes(answer) == ["repository:a/b:pull", "repository:c:pull"])
        await #expect(throws: RegistryError.self) {
            try await open.getToken(query, basic("ann", "wrong"), origin: origin)
        }
    }

    @Test("a password by form gets a token, and offline access one that gets more")
    func forms() async throws {
        let scope = "scope=repository:a/b:pull%20repository:c:push&client_id=docker"
        let form = "grant_type=password&username=ann&password=s3cret&service=s&\(scope)"
        let plain = try await control.postToken(form, origin: origin)
        #expect(try await scopes(plain) == ["repository:a/b:pull", "repository:c:push"])
        #expect(plain?.refreshToken == nil)
        let offline = try await control.postToken(form + "&access_type=offline", origin: origin)
        let refresh = try #require(offline?.refreshToken)
        let again = "grant_type=refresh_token&refresh_token=\(refresh)&\(scope)"
        let renewed = try await control.postToken(again, origin: origin)
        #expect(try await scopes(renewed) == ["repository:a/b:pull", "repository:c:push"])
        #expect(renewed?.refreshToken == refresh)
    }

    @Test("GET gives an offline token where it is asked for, and it ends with the password")
    func offlineTokens() async throws {
        let answer = try await control.getToken(
            "offline_token=true&client_id=docker", basic("ann", "s3cret"), origin: origin)
        let refresh = try #require(answer?.refreshToken)
        let form = "grant_type=refresh_token&refresh_token=\(refresh)"
        #expect(try await control.postToken(form, origin: origin)?.status == 200)
        try UserFile.add(user: "ann", password: "other", to: users.path)
        #expect(try await control.postToken(form, origin: origin)?.status == 401)
    }

    @Test("a form that asks for nothing known is answered as OAuth does")
    func malformedForms() async throws {
        for (form, status, code) in [
            ("grant_type=password&username=ann&password=wrong", 401, "invalid_grant"),
            ("grant_type=refresh_token&refresh_token=x", 401, "invalid_grant"),
            ("grant_type=password&username=ann", 400, "invalid_request"),
            ("grant_type=refresh_token", 400, "invalid_request"),
            ("grant_type=password&username=%zz", 400, "invalid_request"),
            ("grant_type=authorization_code", 400, "unsupported_grant_type"),
            ("", 400, "unsupported_grant_type"),
            ("a=" + String(repeating: "x", count: 1 << 16), 413, "invalid_request"),
        ] {
            let answer = try #require(try await control.postToken(form, origin: origin))
            #expect(answer.status == status && answer.body["error"] as? String == code)
            #expect(answer.fields[.cacheControl] == "no-store")
        }
    }

    @Test("forms are taken apart with escapes, repeated names and empty values")
    func formFields() throws {
        let fields = try #require(FormFields(queryOf: "/token?a=1&b=x%2fy+z&a=2&c&d=&e==f"))
        #expect(fields["a"] == "1" && fields.all("a") == ["1", "2"])
        #expect(fields["b"] == "x/y z" && fields["c"] == nil && fields["d"] == nil)
        #expect(fields["e"] == "=f")
        #expect(FormFields(queryOf: "/token")?.all("a") == [])
        for text in ["a=%", "a=%1", "a=%zz", "a=%ff"] { #expect(FormFields(text.utf8) == nil) }
        #expect(FormFields(Array(repeating: "a", count: 257).joined(separator: "&").utf8) == nil)
    }
}
