import HTTPTypes
import TestSupport
import Testing

@testable import LocalRegistry

/// The REST API of packages.
@Suite("Gitea's packages API")
struct GiteaPackagesTests {
    private struct Entry: Decodable {
        struct User: Decodable { let login: String }
        let id: Int64
        let owner: User
        let type: String
        let name: String
        let version: String
        let html_url: String
        let created_at: String
    }
    private struct File: Decodable {
        let name: String
        let size: Int
        let md5: String
        let sha1: String
        let sha256: String
        let sha512: String
    }
    private let base = "/api/v1/packages/team"

    @Test("an entry for each version of each package, newest first, page by page")
    func list() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("a", as: nil, to: "team/app")
            for tag in ["v1", "v2"] { try await gitea.pushImage("a", as: tag, to: "team/app") }
            try await gitea.pushImage("b", as: "v", to: "team/deep/er")
            try await gitea.pushImage("b", as: "v", to: "others/app")
            let all = try await gitea.send(.get, base)
            let entries = try all.json([Entry].self)
            #expect(entries.map(\.version) == ["v", "v2", "v1", image.digest])
            #expect(entries.map(\.name) == ["deep/er", "app", "app", "app"])
            #expect(entries.allSatisfy { $0.owner.login == "team" && $0.type == "container" })
            let created = entries[0].created_at
            #expect(created.utf8.count == 20 && created.hasSuffix("Z"), "\(created)")
            let page = "http://\(gitea.host)/team/-/packages/container/deep%2Fer/v"
            #expect(entries[0].html_url == page)
            #expect(all["X-Total-Count"] == "4" && all["Link"] == nil)
            #expect(all.text.contains(#""repository":null"#))
            let second = try await gitea.send(.get, base + "?type=container&q=AP&limit=1&page=2")
            #expect(try second.json([Entry].self).map(\.version) == ["v1"])
            #expect(second["X-Total-Count"] == "3")
            let address = "<http://\(gitea.host)\(base)?limit=1&q=AP&type=container&page="
            #expect(
                second["Link"]
                    == [
                        "3>; rel=\"next\"", "3>; rel=\"last\"", "1>; rel=\"first\"",
                        "1>; rel=\"prev\"",
                    ].map { address + $0 }.joined(separator: ","))
            #expect(try await gitea.send(.get, base + "?type=npm").text == "[]\n")
        }
    }

    @Test("one package, one version, its files with their checksums")
    func version() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("abc", as: "V1", to: "team/deep/er")
            let path = base + "/container/deep%2Fer"
            #expect(try await gitea.send(.get, path).json([Entry].self).map(\.version) == ["v1"])
            let entry = try await gitea.send(.get, path + "/V1").json(Entry.self)
            #expect(entry.name == "deep/er" && entry.version == "v1")
            let files = try await gitea.send(.get, path + "/v1/files").json([File].self)
            #expect("sha256:\(files[0].sha256)" == image.digest)
            #expect(files[0].name == "manifest.json" && files[0].size == image.bytes.count)
            let layer = try #require(files.last)
            #expect(layer.name == "sha256_\(layer.sha256)" && files.count == 3)
            #expect(layer.md5 == "900150983cd24fb0d6963f7d28e17f72")
            #expect(layer.sha1 == "a9993e364706816aba3e25717850c26c9cd0d89d")
            #expect(layer.sha512.hasPrefix("ddaf35a193617aba") && layer.sha512.count == 128)
            for missing in ["/v2", "/v2/files", "/../x"] {
                #expect(try await gitea.send(.get, path + missing).status == 404)
            }
            #expect(try await gitea.send(.get, base + "/container/none").status == 404)
            #expect(try await gitea.send(.get, "/api/v1/packages/none").status == 404)
        }
    }

    @Test("a version deleted is gone as if by its name, and no other goes with it")
    func deletion() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("a", as: nil, to: "team/app")
            try await gitea.pushImage("a", as: "v", to: "team/app")
            let path = base + "/container/app/"
            try await gitea.send(.delete, path + image.digest).expect(204)
            #expect(try await gitea.tags("team/app") == ["v"])
            try await gitea.send(.delete, path + "v").expect(204)
            #expect(try await gitea.send(.delete, path + "v").status == 404)
            #expect(try await gitea.status("team/app", image.digest) == 404)
        }
    }

    @Test("a whole package is deleted from 1.26 on", arguments: GiteaVersion.allCases)
    func packageDeletion(version: GiteaVersion) async throws {
        try await GiteaServer.with(version) { gitea in
            try await gitea.pushImage("a", as: "v", to: "team/app")
            try await gitea.pushImage("a", as: "v", to: "team/app/sub")
            let path = base + "/container/app"
            let isThere = version >= .v1_27
            #expect(try await gitea.send(.delete, path).status == (isThere ? 204 : 405))
            guard isThere else { return }
            try await gitea.send(.get, "/v2/team/app/tags/list").expect(404, "NAME_UNKNOWN")
            #expect(try await gitea.send(.delete, path).status == 404)
            #expect(try await gitea.tags("team/app/sub") == ["v"])
        }
    }

    @Test("the latest version is the one made last, be it a digest")
    func latest() async throws {
        try await GiteaServer.with { gitea in
            try await gitea.pushImage("a", as: "z", to: "team/app")
            let image = try await gitea.pushImage("b", as: nil, to: "team/app")
            let path = base + "/container/app/-/latest"
            let entry = try await gitea.send(.get, path).json(Entry.self)
            #expect(entry.version == image.digest)
        }
    }

    @Test("it takes a token, which may be sent in three ways, and rights")
    func access() async throws {
        try await GiteaUsers.serve { gitea in
            try await gitea.pushImage("a", as: "v", to: "team/app", fields: GiteaUsers.ann)
            let refused = try await gitea.send(.get, base)
            refused.expect(
                401,
                text: #"{"message":"token is required","url":"http://\#(gitea.host)/api/swagger"}"#
                    + "\n")
            for fields in [
                GiteaUsers.bob, [.authorization: "token bob's"], [.authorization: "Bearer bob's"],
            ] {
                #expect(try await gitea.send(.get, base, fields: fields).status == 200)
            }
            #expect(try await gitea.send(.get, base, fields: GiteaUsers.carl).status == 403)
            let path = base + "/container/app/v"
            for fields in [GiteaUsers.bob, GiteaUsers.dora] {
                #expect(try await gitea.send(.delete, path, fields: fields).status == 403)
            }
            try await gitea.send(.delete, path, fields: GiteaUsers.ann).expect(204)
        }
    }

    @Test("the server says which release it is like", arguments: GiteaVersion.allCases)
    func release(version: GiteaVersion) async throws {
        try await GiteaUsers.serve(version) { gitea in
            let reply = try await gitea.send(.get, "/api/v1/version")
            reply.expect(200, text: "{\"version\":\"\(version.release)\"}\n")
        }
    }
}
