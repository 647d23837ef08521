import HTTPTypes
import TestSupport
import Testing

@testable import LocalRegistry

/// How Gitea takes blobs.
@Suite("Gitea's uploads")
struct GiteaUploadTests {
    private let name = "team/app"
    private let digest = Sha256.digest(Array("one, two".utf8))

    private func open(_ gitea: GiteaServer) async throws -> String {
        let reply = try await gitea.send(.post, "/v2/\(name)/blobs/uploads/")
        #expect(reply.status == 202 && reply["Range"] == nil && reply["Docker-Upload-Uuid"] != nil)
        #expect(reply["OCI-Chunk-Min-Length"] == nil)
        return try #require(reply["Location"])
    }

    private func patch(
        _ gitea: GiteaServer, _ place: String, _ text: String, _ range: String? = nil
    ) async throws -> GiteaReply {
        var fields: HTTPFields = [.contentType: "application/octet-stream"]
        fields[.contentRange] = range
        return try await gitea.send(.patch, place, fields: fields, body: Array(text.utf8))
    }

    @Test("chunks say where they start, without a unit, and only that is looked at")
    func chunks() async throws {
        try await GiteaServer.with { gitea in
            let place = try await open(gitea)
            #expect(try await gitea.send(.get, place)["Range"] == nil)
            try await patch(gitea, place, "one,", "bytes 0-3").expect(400, "BLOB_UPLOAD_INVALID")
            #expect(try await patch(gitea, place, "one,")["Range"] == "0-3")
            let behind = try await patch(gitea, place, " two", "3-6")
            behind.expect(416, "BLOB_UPLOAD_INVALID")
            #expect(behind["Range"] == nil && behind["Location"] == nil)
            try await patch(gitea, place, " two").expect(
                400, "BLOB_UPLOAD_INVALID", "Stream uploads after first write are not allowed")
            // The end is not compared with what comes.
            #expect(try await patch(gitea, place, " two", "4-4000")["Range"] == "0-7")
            let status = try await gitea.send(.get, place)
            #expect(status.status == 204 && status["Range"] == "0-7")
            #expect(status["Location"] == place)
            // The range of the last request is not looked at.
            let put = try await gitea.send(
                .put, "\(place)?digest=\(digest)", fields: [.contentRange: "77-99"])
            #expect(put.status == 201 && put["Location"] == "/v2/\(name)/blobs/\(digest)")
            #expect(put["Docker-Content-Digest"] == digest)
            try await gitea.send(.get, place).expect(404, "BLOB_UPLOAD_UNKNOWN")
        }
    }

    @Test("a session outlives a wrong digest, with what came")
    func wrongDigest() async throws {
        try await GiteaServer.with { gitea in
            let place = try await open(gitea)
            let wrong = "sha256:" + String(repeating: "0", count: 64)
            let fields: HTTPFields = [.contentType: "application/octet-stream"]
            try await gitea.send(.put, place, body: []).expect(400, "DIGEST_INVALID")
            try await gitea.send(
                .put, "\(place)?digest=\(wrong)", fields: fields, body: Array("one,".utf8)
            ).expect(400, "DIGEST_INVALID")
            #expect(try await gitea.send(.get, place)["Range"] == "0-3")
            #expect(try await patch(gitea, place, " two", "4-7").status == 202)
            let sha512 = "sha512:" + String(repeating: "0", count: 128)
            try await gitea.send(.put, "\(place)?digest=\(sha512)").expect(400, "DIGEST_INVALID")
            #expect(try await gitea.send(.put, "\(place)?digest=\(digest)").status == 201)
        }
    }

    @Test("a session belongs to no image")
    func sessionsAnywhere() async throws {
        try await GiteaServer.with { gitea in
            let place = try await open(gitea)
            _ = try await patch(gitea, place, "one, two")
            let elsewhere =
                "/v2/other/thing/blobs/uploads/\(place.split(separator: "/").last ?? "")"
            #expect(try await gitea.send(.put, "\(elsewhere)?digest=\(digest)").status == 201)
            #expect(try await gitea.send(.head, "/v2/other/thing/blobs/\(digest)").status == 200)
            #expect(try await gitea.send(.head, "/v2/\(name)/blobs/\(digest)").status == 404)
        }
    }

    @Test("a body that is called a form is read as one, and lost")
    func forms() async throws {
        try await GiteaServer.with { gitea in
            let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
            let path = "/v2/\(name)/blobs/uploads/?digest=\(digest)"
            try await gitea.send(.post, path, fields: fields, body: Array("one, two".utf8))
                .expect(400, "DIGEST_INVALID")
            try await gitea.push("one, two", to: name)
        }
    }

    @Test("a mount names its source exactly, or takes the blob from anywhere")
    func mounts() async throws {
        try await GiteaServer.with { gitea in
            try await gitea.push("one, two", to: name)
            func mount(_ target: String, _ query: String) async throws -> GiteaReply {
                try await gitea.send(.post, "/v2/\(target)/blobs/uploads/?mount=\(digest)\(query)")
            }
            #expect(try await mount("none/a", "&from=team/none").status == 202)
            #expect(try await gitea.send(.get, "/v2/none/a/tags/list").status == 404)
            #expect(try await mount("team/a", "&from=team/none").status == 202)
            #expect(try await mount("team/a", "&from=Team/app").status == 202)
            let got = try await mount("team/a", "&from=\(name)")
            #expect(got.status == 201 && got["Location"] == "/v2/team/a/blobs/\(digest)")
            #expect(got["Docker-Content-Digest"] == digest)
            #expect(try await mount("team/b", "").status == 201)
            #expect(try await gitea.send(.head, "/v2/team/b/blobs/\(digest)").status == 200)
        }
    }

    @Test("a blob goes with the last version that names it, but one that awaits its manifest stays")
    func unreferencedBlobs() async throws {
        try await GiteaServer.with { gitea in
            try await gitea.pushImage("one, two", as: "v", to: name)
            let path = "/v2/\(name)/blobs/\(digest)"
            let typed = try await gitea.send(.get, path)
            #expect(typed["Content-Type"] == GiteaFixture.layerType)
            try await gitea.send(.delete, "/v2/\(name)/manifests/v").expect(202)
            #expect(try await gitea.send(.get, path).status == 404)
            try await gitea.pushImage("one, two", as: "v", to: name)
            try await gitea.push("one, two", to: name)
            try await gitea.send(.delete, "/v2/\(name)/manifests/v").expect(202)
            let waiting = try await gitea.send(.get, path)
            waiting.expect(200, text: "one, two")
        }
    }

    @Test("a blob over the limit is refused when all of it has come, without a word")
    func blobLimit() async throws {
        try await GiteaServer.with({ $0.gitea.blobLimit = 7 }) { gitea in
            let path = "/v2/\(name)/blobs/uploads/?digest=\(digest)"
            let fields: HTTPFields = [.contentType: "application/octet-stream"]
            try await gitea.send(.post, path, fields: fields, body: Array("one, two".utf8))
                .expect(403)
            try await gitea.push("short", to: name)
        }
    }

    @Test("an owner's versions and bytes have limits")
    func ownerLimits() async throws {
        try await GiteaServer.with({ $0.gitea.ownerVersionLimit = 1 }) { gitea in
            let image = try await gitea.pushImage("a", as: "v", to: name)
            try await gitea.put(image, as: "w", to: name).expect(403)
            #expect(try await gitea.put(image, as: "v", to: name).status == 201)
            try await gitea.pushImage("a", as: "w", to: "others/app")
        }
        // The image, with its layer of one byte and its configuration once for each tag.
        let image = GiteaFixture.image("a")
        let size = Int64(image.bytes.count + 1 + GiteaFixture.config.utf8.count)
        try await GiteaServer.with({ $0.gitea.ownerSizeLimit = 2 * size + 4 }) { gitea in
            for tag in ["v", "w"] {
                try await gitea.pushImage("a", as: "v", to: name)
                #expect(try await gitea.put(image, as: tag, to: name).status == 201)
            }
            try await gitea.push("four", to: name)
            let path = "/v2/\(name)/blobs/uploads/?digest=\(Sha256.digest([5]))"
            let fields: HTTPFields = [.contentType: "application/octet-stream"]
            try await gitea.send(.post, path, fields: fields, body: [5]).expect(403)
        }
    }
}
