import HTTPTypes
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

/// Who may do what in Gitea's dialect, and how the others are told.
@Suite("Gitea's access")
struct GiteaAccessTests {
    private func token(_ gitea: GiteaServer, _ fields: HTTPFields = [:]) async throws -> HTTPFields
    {
        let reply = try await gitea.send(.get, "/v2/token", fields: fields)
        let members = try reply.json([String: String].self)
        return [.authorization: "Bearer \(members["token"] ?? "")"]
    }

    @Test("nobody reads without a token, but anybody gets one")
    func anonymous() async throws {
        try await GiteaUsers.serve { gitea in
            try await gitea.pushImage("a", as: "v", to: "open/app", fields: GiteaUsers.ann)
            let path = "/v2/open/app/manifests/v"
            let refused = try await gitea.send(.get, path)
            refused.expect(401, "UNAUTHORIZED")
            let realm = "http://\(gitea.host)/v2/token"
            let challenge = #"Bearer realm="\#(realm)",service="container_registry",scope="*""#
            #expect(refused["WWW-Authenticate"] == challenge)
            let ghost = try await token(gitea)
            #expect(try await gitea.send(.get, path, fields: ghost).status == 200)
            try await gitea.send(.get, "/v2/", fields: ghost).expect(200)
            let post = try await gitea.send(.post, "/v2/open/app/blobs/uploads/", fields: ghost)
            post.expect(401, text: "reqPackageAccess\n")
            try await gitea.send(.post, "/v2/token").expect(404)
        }
    }

    @Test("where only users may read, nobody gets a token, and 1.27 asks for a password too")
    func signIn() async throws {
        try await GiteaUsers.serve(requiresSignIn: true) { gitea in
            let reply = try await gitea.send(.get, "/v2/token")
            reply.expect(401, "UNAUTHORIZED")
            let values = reply.fields[values: .wwwAuthenticate]
            #expect(values.last == #"Basic realm="Gitea Container Registry""#)
            #expect(values.count == 2 && values.first?.hasPrefix("Bearer realm=") == true)
        }
        try await GiteaUsers.serve(.v1_24, requiresSignIn: true) { gitea in
            let reply = try await gitea.send(.get, "/v2/")
            #expect(reply.fields[values: .wwwAuthenticate].count == 1)
        }
    }

    @Test("a token for packages is taken with any name, or in place of one")
    func personalTokens() async throws {
        try await GiteaUsers.serve { gitea in
            for fields in [
                GiteaUsers.ann, GiteaUsers.basic("whoever", "ann's"), GiteaUsers.basic("ann's", ""),
                GiteaUsers.basic("ann's", "x-oauth-basic"),
            ] {
                try await gitea.send(.get, "/v2/", fields: fields).expect(200)
            }
            for scheme in ["Bearer", "token"] {
                try await gitea.send(
                    .get, "/v2/", fields: [.authorization: "\(scheme) ann's"]
                ).expect(401, "UNAUTHORIZED")
            }
        }
    }

    @Test("writing takes a token for it, and an owner that one may write to")
    func rights() async throws {
        try await GiteaUsers.serve { gitea in
            func post(_ name: String, _ fields: HTTPFields) async throws -> Int {
                try await gitea.send(.post, "/v2/\(name)/blobs/uploads/", fields: fields).status
            }
            #expect(try await post("team/app", GiteaUsers.ann) == 202)
            #expect(try await post("team/app", token(gitea, GiteaUsers.ann)) == 202)
            #expect(try await post("team/app", GiteaUsers.dora) == 401)
            #expect(try await post("dora/app", GiteaUsers.dora) == 202)
            #expect(try await post("bob/app", GiteaUsers.bob) == 401)
            #expect(try await post("carl/app", GiteaUsers.carl) == 401)
            try await gitea.send(.get, "/v2/token", fields: GiteaUsers.carl)
                .expect(401, "UNAUTHORIZED")
            let read = try await gitea.send(.get, "/v2/bob/app/tags/list", fields: GiteaUsers.bob)
            read.expect(404, "NAME_UNKNOWN")
        }
    }

    @Test("an owner that does not exist is not found even by those who may do nothing")
    func ownerFirst() async throws {
        try await GiteaUsers.serve(changing: { $0.gitea.owners = ["team"] }) { gitea in
            let path = "/v2/none/app/blobs/uploads/"
            try await gitea.send(.post, path, fields: GiteaUsers.bob)
                .expect(404, text: "Not found.\n")
            try await gitea.send(.post, path).expect(401, "UNAUTHORIZED")
        }
    }

    @Test(
        "wrong credentials are told so in the words of each release",
        arguments: [
            (GiteaVersion.v1_24, "authGroup.Verify\n"),
            (.v1_25_0, "Failed to authenticate user\n"),
        ])
    func wrongCredentials(version: GiteaVersion, text: String) async throws {
        try await GiteaUsers.serve(version) { gitea in
            for fields in [GiteaUsers.basic("ann", "wrong"), [.authorization: "Bearer old"]] {
                for path in ["/v2/", "/v2/token"] {
                    let reply = try await gitea.send(.get, path, fields: fields)
                    reply.expect(401, text: text)
                    #expect(reply["WWW-Authenticate"] == nil)
                }
            }
        }
    }

    @Test("1.27 challenges whoever presents wrong credentials")
    func wrongCredentialsNow() async throws {
        try await GiteaUsers.serve { gitea in
            let reply = try await gitea.send(
                .get, "/v2/token", fields: GiteaUsers.basic("ann", "wrong"))
            reply.expect(401, "UNAUTHORIZED")
            #expect(reply["WWW-Authenticate"]?.hasPrefix("Bearer ") == true)
        }
    }

    @Test("the realm is the configured place until a proxy names a scheme, in 1.27 the request's")
    func realms() async throws {
        let place: (inout ServerSettings) throws -> Void = {
            $0.externalOrigin = try Origin(url: "https://git.example.org")
        }
        func realms(_ gitea: GiteaServer) async throws -> [String] {
            var realms: [String] = []
            for scheme in [nil, "https"] {
                var fields: HTTPFields = [:]
                if let name = HTTPField.Name("X-Forwarded-Proto") { fields[name] = scheme }
                let text = try await gitea.send(.get, "/v2/", fields: fields)["WWW-Authenticate"]
                realms.append(String((text ?? "").split(separator: "\"").dropFirst().first ?? ""))
            }
            return realms
        }
        for version in GiteaVersion.allCases {
            try await GiteaUsers.serve(version, changing: place) { gitea in
                let plain =
                    version < .v1_27 ? "https://git.example.org" : "http://\(gitea.host)"
                let found = try await realms(gitea)
                #expect(found == ["\(plain)/v2/token", "https://\(gitea.host)/v2/token"])
            }
        }
    }

    @Test("a page is for everybody unless only users may read, who are asked for a password")
    func pages() async throws {
        let origin = try Origin(url: "http://localhost")
        for isClosed in [false, true] {
            let folder = try TemporaryFolder()
            let access = try await GiteaUsers.access(in: folder, requiresSignIn: isClosed)
            func ask(_ fields: HTTPFields) async throws -> Identity {
                let head = HTTPRequest(
                    method: .get, scheme: "http", authority: "localhost", path: "/",
                    headerFields: fields)
                return try await access.authorize(head, [.catalog], origin: origin)
            }
            #expect(try await ask(GiteaUsers.ann).name == "ann")
            if isClosed {
                await #expect(throws: Challenges.basic()) { _ = try await ask([:]) }
            } else {
                #expect(try await ask([:]) == .anonymous)
            }
        }
    }

    @Test("another kind of access control is refused, since the REST API would be open")
    func otherControl() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("users")
        try UserFile.add(user: "ann", password: "secret", to: path)
        let users = try UserFile(path)
        await #expect(throws: OCIError.self) {
            try await GiteaServer.with({ $0.access = AccessControl(.basic(users)) }) { _ in }
        }
    }

    @Test("without users everybody may do everything, and still gets a token")
    func open() async throws {
        try await GiteaServer.with { gitea in
            let fields = try await token(gitea)
            try await gitea.pushImage("a", as: "v", to: "team/app", fields: fields)
            try await gitea.send(.post, "/v2/token").expect(404)
        }
    }
}
