import HTTPTypes
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

/// The pages of a registry that runs.
@Suite("Pages of a registry that runs")
struct PageServerTests {
    @Test("what was pushed is on the pages, in both dialects", arguments: Dialect.allCases)
    func pushed(dialect: Dialect) async throws {
        try await GiteaServer.with({ $0.dialect = dialect }) { server in
            let old = try await server.pushImage("base", as: "1.0", to: "team/app")
            let reply = try await server.put(old, as: "latest", to: "team/app")
            #expect(reply.status == 201)

            let list = try await server.send(.get, "/")
            #expect(list.status == 200)
            #expect(list["Content-Type"] == "text/html; charset=utf-8")
            #expect(list.text.contains("team/app"))
            #expect(list.text.contains("1.0"))
            #expect(list.text.contains(server.host))

            let repository = try await server.send(.get, "/-/repositories/team/app")
            #expect(repository.status == 200)
            #expect(repository.text.contains("latest"))
            #expect(repository.text.contains("/-/repositories/team/app/\(old.digest)"))

            let image = try await server.send(.get, "/-/repositories/team/app/\(old.digest)")
            #expect(image.status == 200)
            #expect(image.text.contains("docker pull \(server.host)/team/app@\(old.digest)"))
            #expect(image.text.contains("only here"))
        }
    }

    @Test("a layer of two images is shown as shared, an index with its images")
    func shared() async throws {
        try await GiteaServer.with({ $0.dialect = .oci }) { server in
            let first = try await server.pushImage("base", as: "a", to: "app")
            let second = try await server.put(
                .image("base", config: "{}"), as: "b", to: "app")
            #expect(second.status == 201)
            let index = GiteaFixture.index(first)
            #expect(try await server.put(index, as: "all", to: "app").status == 201)

            let image = try await server.send(.get, "/-/repositories/app/\(first.digest)")
            #expect(!image.text.contains("only here"))
            #expect(image.text.contains("Part of"))
            #expect(image.text.contains("/-/repositories/app/\(index.digest)"))
            let whole = try await server.send(.get, "/-/repositories/app/\(index.digest)")
            #expect(whole.text.contains("/-/repositories/app/\(first.digest)"))
        }
    }

    @Test("a filter finds some, a page that is none says so, and HEAD sends no content")
    func others() async throws {
        try await GiteaServer.with({ $0.dialect = .oci }) { server in
            try await server.pushImage("x", as: "v1", to: "alpha")
            try await server.pushImage("x", as: "v1", to: "beta")
            let some = try await server.send(.get, "/?q=ALP")
            #expect(some.text.contains("/-/repositories/alpha"))
            #expect(!some.text.contains("/-/repositories/beta"))
            for path in [
                "/nothing", "/-/repositories/gamma", "/-/repositories/alpha/sha256:00",
                "/-/repositories/alpha/\(Sha256.digest(Array("none".utf8)))",
                "/-/repositories/..%2f..%2fetc",
            ] {
                let reply = try await server.send(.get, path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply["Content-Type"] == "text/html; charset=utf-8", "\(path)")
            }
            let head = try await server.send(.head, "/")
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(try await server.send(.post, "/", body: []).status == 405)
        }
    }

    @Test(
        "a user sees them where users are asked for, nobody else does", arguments: Dialect.allCases)
    func guarded(dialect: Dialect) async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("people")
        try UserFile.add(user: "eve", password: "right", to: file)
        let users = try UserFile(file)
        let issuer = try await TokenIssuer(keyFile: folder.file("key"))
        try await GiteaServer.with({ settings in
            settings.dialect = dialect
            var gitea = GiteaAccess(users: users, issuer: issuer)
            gitea.requiresSignIn = true
            settings.access = dialect == .gitea ? gitea : AccessControl(.token(users, issuer))
        }) { server in
            func fields(_ password: String) -> HTTPFields {
                let pair = Credentials.base64("eve:\(password)")
                return [.accept: "text/html", .authorization: "Basic \(pair)"]
            }
            for path in ["/", "/-/repositories/eve/app", "/nothing"] {
                let nobody = try await server.send(.get, path, fields: [.accept: "text/html"])
                #expect(nobody.status == 401, "\(path)")
                #expect(nobody["WWW-Authenticate"]?.hasPrefix("Basic") == true, "\(path)")
                let wrong = try await server.send(.get, path, fields: fields("wrong"))
                #expect(wrong.status == 401, "\(path)")
            }
            #expect(try await server.send(.get, "/", fields: fields("right")).status == 200)
        }
    }
}
