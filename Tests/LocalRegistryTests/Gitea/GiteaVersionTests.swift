import HTTPTypes
import TestSupport
import Testing

@testable import LocalRegistry

/// What differs from release to release.
@Suite("Gitea's releases")
struct GiteaVersionTests {
    private let name = "team/app"

    private func created(_ gitea: GiteaServer, _ version: String) async throws -> (Int64, Int64) {
        let name = try #require(GiteaName(name).repository)
        let wanted = try #require(VersionName(version))
        let found = try #require(try gitea.server.store.version(wanted, of: name))
        return (found.id, found.created)
    }

    @Test("releases have names")
    func names() {
        #expect(GiteaVersion(rawValue: "1.24") == .v1_24)
        #expect(GiteaVersion(rawValue: "1.25.0") == .v1_25_0)
        #expect(GiteaVersion(rawValue: "1.27") == .latest)
        #expect(GiteaVersion(rawValue: "1.26") == nil)
        #expect(GiteaVersion.allCases.sorted() == GiteaVersion.allCases)
    }

    @Test("1.25.0 keeps a version that is pushed again, with its time and all its manifests")
    func keptRow() async throws {
        try await GiteaServer.with(.v1_25_0) { gitea in
            let old = try await gitea.pushImage("old", as: "v", to: name)
            let before = try await created(gitea, "v")
            let new = try await gitea.pushImage("new", as: "v", to: name)
            #expect(try await created(gitea, "v") == before)
            let tag = try await gitea.send(.head, "/v2/\(name)/manifests/v")
            #expect(tag["Docker-Content-Digest"] == new.digest)
            #expect(try await gitea.status(name, old.digest) == 200)
            let files = try await gitea.send(
                .get, "/api/v1/packages/team/container/app/v/files")
            #expect(files.text.split(separator: "manifest.json").count == 3)
            // The digest that the tag had once takes the tag along.
            try await gitea.send(.delete, "/v2/\(name)/manifests/\(old.digest)").expect(202)
            #expect(try await gitea.tags(name) == [])
            #expect(try await gitea.status(name, new.digest) == 404)
        }
    }

    @Test("1.25.0 makes a new version of an index that is more than a day old")
    func oldIndex() async throws {
        try await GiteaServer.with(.v1_25_0) { gitea in
            for name in ["old", "young"] {
                #expect(try await gitea.put(.index(), as: name, to: self.name).status == 201)
            }
            let store = gitea.server.store
            let repository = try #require(GiteaName(name).repository)
            let tag = try #require(VersionName("old"))
            let old = try #require(try store.version(tag, of: repository))
            let older = PackageVersion(
                name: tag, id: old.id, digest: old.digest, created: old.created - 90_000)
            try store.replace(
                store.layout.repository(repository).path(of: tag), with: older.record)
            let young = try await created(gitea, "young")
            for name in ["old", "young"] {
                _ = try await gitea.put(.index(), as: name, to: self.name)
            }
            #expect(try await created(gitea, "young") == young)
            #expect(try await created(gitea, "old").1 >= old.created)
        }
    }

    @Test("others make a new version of it", arguments: [GiteaVersion.v1_24, .v1_27])
    func newRow(version: GiteaVersion) async throws {
        try await GiteaServer.with(version) { gitea in
            try await gitea.pushImage("a", as: "v", to: name)
            let before = try await created(gitea, "v")
            try await gitea.pushImage("a", as: "v", to: name)
            #expect(try await created(gitea, "v").0 > before.0)
        }
    }

    @Test("1.25.0 forgets why a layer or a child was not found")
    func swallowedErrors() async throws {
        try await GiteaServer.with(.v1_25_0) { gitea in
            let image = GiteaFixture.image("a")
            try await gitea.put(image, as: "v", to: name).expect(404, "BLOB_UNKNOWN")
            try await gitea.push(GiteaFixture.config, to: name)
            try await gitea.put(image, as: "v", to: name).expect(500)
            try await gitea.put(.index(image), as: "v", to: name).expect(500)
        }
    }

    @Test("up to 1.24 a configuration has to be a document", arguments: GiteaVersion.allCases)
    func configurations(version: GiteaVersion) async throws {
        try await GiteaServer.with(version) { gitea in
            try await gitea.push("no document", to: name)
            try await gitea.push("{}", to: name)
            try await gitea.push("a", to: name)
            let odd = GiteaFixture.image("a", config: "no document")
            let status = try await gitea.put(odd, as: "v", to: name).status
            #expect(status == (version == .v1_24 ? 500 : 201))
            let artifact = GiteaFixture.image("a", config: "{}")
            #expect(try await gitea.put(artifact, as: "v", to: name).status == 201)
        }
    }
}
