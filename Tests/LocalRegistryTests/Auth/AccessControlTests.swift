import HTTPTypes
import OCIRegistry
import TestSupport
import Testing

@testable import LocalRegistry

@Suite("Access")
struct AccessControlTests {
    let folder: TemporaryFolder
    let users: UserFile
    let issuer: TokenIssuer
    let origin: Origin
    let pull: Access
    let push: Access

    init() async throws {
        folder = try TemporaryFolder()
        users = try await usersWithAnn(in: folder)
        issuer = try await TokenIssuer(keyFile: folder.file("token.key"))
        origin = try Origin(url: "http://localhost:5000")
        pull = .pull(try RepositoryName("a/b"))
        push = .push(try RepositoryName("a/b"))
    }

    private func head(
        _ authorization: String? = nil, accept: String? = nil, path: String = "/v2/"
    ) -> HTTPRequest {
        var head = HTTPRequest(
            method: .get, scheme: "http", authority: "localhost:5000", path: path)
        head.headerFields[.authorization] = authorization
        head.headerFields[.accept] = accept
        return head
    }

    private func bearer(_ identity: Identity, _ scopes: String...) async throws -> String {
        let token = Token(identity: identity, scopes: scopes.compactMap { Scope(parsing: $0) })
        return "Bearer \(try await issuer.issue(token, service: "localhost:5000").text)"
    }

    private func refusal(
        _ control: AccessControl, _ head: HTTPRequest, _ needs: Access...
    ) async throws -> RegistryError {
        try await #require(throws: RegistryError.self) {
            try await control.authorize(head, needs, origin: origin)
        }
    }

    @Test("without authentication everybody may do everything")
    func none() async throws {
        let control = AccessControl(.none)
        #expect(
            try await control.authorize(head("Basic x"), [push], origin: origin) == .anonymous)
        #expect(try await control.getToken("", origin: origin) == nil)
    }

    @Test("in basic mode a user may do everything, and all others are asked for a password")
    func basicMode() async throws {
        let control = AccessControl(.basic(users))
        let ann = Identity(name: "ann")
        for needs in [[.ping], [.catalog], [pull], [push, pull]] {
            let head = head(basic("ann", "s3cret"))
            #expect(try await control.authorize(head, needs, origin: origin) == ann)
        }
        for authorization in [
            nil, basic("ann", "wrong"), basic("eve", "s3cret"), basic("", ""), "Basic ???",
            "Bearer abc", "Basic", "Digest x",
        ] {
            let error = try await refusal(control, head(authorization), pull)
            #expect(error.status == .unauthorized && error.code == .unauthorized)
            let challenge = try #require(Challenge.parse(error.headers).first)
            #expect(challenge.scheme == "basic")
            #expect(challenge.parameters["realm"] == "local-registry")
            #expect(!"\(error)".contains("s3cret") && !"\(error)".contains("wrong"))
        }
        #expect(try await control.getToken("", origin: origin) == nil)
    }

    @Test("nobody in particular may pull where that is allowed, and do nothing else")
    func anonymousBasic() async throws {
        let control = AccessControl(.basic(users), anonymousPull: true)
        // skopeo sends an empty name and password for nobody.
        for authorization in [nil, basic("", "")] {
            let identity = try await control.authorize(
                head(authorization), [pull], origin: origin)
            #expect(identity == .anonymous)
            for needs in [Access.ping, .catalog, push, .delete(try RepositoryName("a/b"))] {
                #expect(
                    try await refusal(control, head(authorization), needs).status == .unauthorized)
            }
        }
        let wrong = head(basic("ann", "wrong"))
        #expect(try await refusal(control, wrong, pull).status == .unauthorized)
    }

    @Test("in token mode a request without one learns where to get it, and for what")
    func challenge() async throws {
        let control = AccessControl(.token(users, issuer))
        let other = Access.pull(try RepositoryName("c/d/e/f"))
        // Basic is not taken here.
        for authorization in [nil, basic("ann", "s3cret")] {
            let error = try await refusal(control, head(authorization), push, other)
            #expect(error.status == .unauthorized && error.code == .unauthorized)
            let value = try #require(error.headers[.wwwAuthenticate])
            #expect(
                value == #"Bearer realm="http://localhost:5000/token",service="localhost:5000","#
                    + #"scope="repository:a/b:pull,push repository:c/d/e/f:pull""#)
        }
        let ping = try await refusal(control, head(), .ping)
        let challenge = try #require(Challenge.parse(ping.headers).first)
        #expect(challenge.parameters["scope"] == nil && challenge.parameters["error"] == nil)
    }

    @Test("a token allows what its scopes say; more takes another token")
    func tokens() async throws {
        let control = AccessControl(.token(users, issuer))
        let ann = Identity(name: "ann")
        let all = try await bearer(ann, "repository:a/b:*", "registry:catalog:*")
        for needs in [[.ping], [.catalog], [push, pull], [.delete(try RepositoryName("a/b"))]] {
            #expect(try await control.authorize(head(all), needs, origin: origin) == ann)
        }
        let some = try await bearer(ann, "repository:a/b:pull")
        #expect(try await control.authorize(head(some), [pull], origin: origin) == ann)
        let error = try await refusal(control, head(some), push)
        #expect(error.status == .unauthorized)
        let challenge = try #require(Challenge.parse(error.headers).first)
        #expect(challenge.parameters["error"] == "insufficient_scope")
        #expect(challenge.parameters["scope"] == "repository:a/b:pull,push")
        let elsewhere = Access.pull(try RepositoryName("a/bc"))
        #expect(try await refusal(control, head(some), elsewhere).status == .unauthorized)
    }

    @Test("a token that is not valid is told from one that is not enough")
    func invalidTokens() async throws {
        let control = AccessControl(.token(users, issuer))
        let token = try await bearer(Identity(name: "ann"), "repository:a/b:pull")
        try await issuer.expireAll()
        for authorization in [token, "Bearer nonsense"] {
            let error = try await refusal(control, head(authorization), pull)
            let challenge = try #require(Challenge.parse(error.headers).first)
            #expect(challenge.parameters["error"] == "invalid_token")
            #expect(!"\(error)".contains(authorization.dropFirst("Bearer ".count)))
        }
    }

    @Test("nobody in particular is denied what no token of theirs would allow")
    func denied() async throws {
        let control = AccessControl(.token(users, issuer), anonymousPull: true)
        let token = try await bearer(.anonymous, "repository:a/b:pull")
        #expect(try await control.authorize(head(token), [pull], origin: origin) == .anonymous)
        let error = try await refusal(control, head(token), push)
        #expect(error.status == .forbidden && error.code == .denied)
        let elsewhere = Access.pull(try RepositoryName("c/d"))
        #expect(try await refusal(control, head(token), elsewhere).status == .unauthorized)
    }

    @Test("a browser is asked for a password, in token mode too")
    func pages() async throws {
        let control = AccessControl(.token(users, issuer))
        let html = "text/html,application/xhtml+xml;q=0.9"
        let error = try await refusal(control, head(accept: html, path: "/"), .catalog)
        #expect(Challenge.parse(error.headers).map(\.scheme) == ["basic"])
        let ann = head(basic("ann", "s3cret"), accept: html, path: "/")
        #expect(
            try await control.authorize(ann, [.catalog], origin: origin) == Identity(name: "ann"))
        let api = try await refusal(control, head(accept: html, path: "/v2/a/b/tags/list"), pull)
        #expect(Challenge.parse(api.headers).map(\.scheme) == ["bearer"])
        let list = head(accept: "application/json", path: "/v2/_catalog")
        #expect(
            Challenge.parse(try await refusal(control, list, .catalog).headers).map(\.scheme)
                == ["bearer"])
    }

    @Test("the origin is what the client calls us, and nothing that could end a field")
    func origins() throws {
        #expect(try Origin(of: head(), isTLS: true).description == "https://localhost:5000")
        for host in [nil, "", #"a"b"#, "a b", "a/b", "u@h"] {
            var head = head()
            head.authority = host
            #expect(throws: RegistryError.self) { try Origin(of: head, isTLS: false) }
        }
        #expect(try Origin(url: "HTTPS://R.example.org/").description == "https://r.example.org")
        for url in ["r.example.org", "ftp://r", "https://r/path", "https://u:p@r", "https://"] {
            #expect(throws: OCIError.self) { try Origin(url: url) }
        }
    }

    @Test("listening to the network takes authentication or the user's word")
    func listening() throws {
        for host in ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]", "::ffff:127.0.0.1"] {
            try OpenListening.check(host: host, hasAuthentication: false, isOpen: false)
        }
        for host in ["0.0.0.0", "::", "192.0.2.1", "r.example.org", "::ffff:192.0.2.1", ""] {
            let error = try #require(throws: OCIError.self) {
                try OpenListening.check(host: host, hasAuthentication: false, isOpen: false)
            }
            #expect(error.kind == .configuration)
            #expect(error.advice?.contains("--auth") == true)
            #expect(error.advice?.contains("--open") == true)
            try OpenListening.check(host: host, hasAuthentication: true, isOpen: false)
            try OpenListening.check(host: host, hasAuthentication: false, isOpen: true)
        }
    }
}
