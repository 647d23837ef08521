import HTTPTypes
import TestSupport
import Testing

@testable import LocalRegistry

/// What Gitea takes as a manifest, and what it gives back.
@Suite("Gitea's manifests")
struct GiteaManifestTests {
    private let name = "team/app"

    @Test("bytes and type come back as they went in, whatever is accepted")
    func reading() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("a", as: "v", to: name)
            for reference in ["v", image.digest] {
                let reply = try await gitea.send(
                    .get, "/v2/\(name)/manifests/\(reference)", fields: [.accept: "text/html"])
                #expect(reply.status == 200 && reply.body == image.bytes)
                #expect(reply["Content-Type"] == image.mediaType)
                #expect(reply["Docker-Content-Digest"] == image.digest)
                #expect(reply["ETag"] == "\"\(image.digest)\"")
            }
            let blob = try await gitea.send(.get, "/v2/\(name)/blobs/\(image.digest)")
            #expect(blob.status == 200 && blob.body == image.bytes)
        }
    }

    @Test("a type counts where it is a registry's, and must be one of four")
    func mediaTypes() async throws {
        try await GiteaServer.with { gitea in
            var image = try await gitea.pushImage("a", as: "v", to: name)
            for type in ["application/json", "", "APPLICATION/VND.OCI.whatever"] {
                image.mediaType = type
                #expect(try await gitea.put(image, as: "w", to: name).status == 201)
            }
            image.mediaType = "application/vnd.oci.Image.manifest.v1+JSON"
            #expect(try await gitea.put(image, as: "w", to: name).status == 201)
            for type in [
                "\(GiteaFixture.manifestType); charset=utf-8",
                "application/vnd.oci.artifact.manifest.v1+json",
            ] {
                image.mediaType = type
                try await gitea.put(image, as: "w", to: name).expect(400, "MANIFEST_INVALID")
            }
            let nameless = GiteaFixture(#"{"schemaVersion":2}"#, "text/plain")
            try await gitea.put(nameless, as: "w", to: name)
                .expect(400, "MANIFEST_INVALID", "MediaType not recognized")
        }
    }

    @Test("a manifest over 10 MiB is refused with a code of manifests")
    func size() async throws {
        try await GiteaServer.with { gitea in
            let large = GiteaFixture(String(repeating: " ", count: 10 << 20 + 1))
            try await gitea.put(large, as: "v", to: name)
                .expect(413, "MANIFEST_INVALID", "Manifest exceeds maximum size")
        }
    }

    @Test("what a manifest names has to be in this image")
    func missingBlobs() async throws {
        try await GiteaServer.with { gitea in
            try await gitea.push("a", to: "team/other")
            try await gitea.push(GiteaFixture.config, to: name)
            try await gitea.put(GiteaFixture.image("a"), as: "v", to: name)
                .expect(404, "BLOB_UNKNOWN")
            try await gitea.push("a", to: name)
            let config = GiteaFixture.image("a", config: "{}")
            try await gitea.put(config, as: "v", to: name).expect(404, "BLOB_UNKNOWN")
            #expect(try await gitea.put(.image("a"), as: "v", to: name).status == 201)
            let small = GiteaFixture.image("none", config: GiteaFixture.config, size: 1)
            try await gitea.put(small, as: "v", to: name).expect(404, "BLOB_UNKNOWN")
        }
    }

    @Test("a tag that is none cannot be put and is not found")
    func badTags() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("a", as: "v", to: name)
            for tag in [".v", "sha256:0", "sha999:00"] {
                try await gitea.put(image, as: tag, to: name)
                    .expect(400, "MANIFEST_INVALID", "Tag is invalid")
                for method in [HTTPRequest.Method.get, .delete] {
                    try await gitea.send(method, "/v2/\(name)/manifests/\(tag)")
                        .expect(404, "MANIFEST_UNKNOWN")
                }
            }
            // Taken, but its digest is another.
            let sha512 = "sha512:" + String(repeating: "0", count: 128)
            #expect(try await gitea.put(image, as: sha512, to: name).status == 201)
            #expect(try await gitea.status(name, sha512) == 404)
        }
    }

    @Test("an index may be empty, and its children's sizes are not looked at")
    func indexes() async throws {
        try await GiteaServer.with { gitea in
            #expect(try await gitea.put(.index(), as: "none", to: name).status == 201)
            let image = try await gitea.pushImage("a", as: nil, to: name)
            let text = String(decoding: GiteaFixture.index(image).bytes, as: UTF8.self)
            let other = text.replacing("\"size\":\(image.bytes.count)", with: "\"size\":1")
            let index = GiteaFixture(other, GiteaFixture.indexType)
            #expect(try await gitea.put(index, as: "v", to: name).status == 201)
        }
    }

    @Test("an image just emptied has no tags; one that never was is not known")
    func emptied() async throws {
        try await GiteaServer.with { gitea in
            try await gitea.pushImage("a", as: "v", to: name)
            try await gitea.send(.get, "/v2/team/none/tags/list").expect(404, "NAME_UNKNOWN")
            try await gitea.send(.delete, "/v2/\(name)/manifests/v").expect(202)
            #expect(try await gitea.tags(name) == [])
            try await gitea.push("a", to: "team/uploads")
            #expect(try await gitea.tags("team/uploads") == [])
            let catalog = try await gitea.send(.get, "/v2/_catalog")
            catalog.expect(200, text: "{\"repositories\":[]}\n")
        }
    }

    @Test("the catalog links to another page when this one is full")
    func catalog() async throws {
        try await GiteaServer.with { gitea in
            for image in ["b", "a", "c/d"] {
                try await gitea.pushImage("x", as: "v", to: "t/\(image)")
            }
            let page = try await gitea.send(.get, "/v2/_catalog?n=2")
            page.expect(200, text: "{\"repositories\":[\"t/a\",\"t/b\"]}\n")
            #expect(page["Link"] == "</v2/_catalog?last=t%2Fb&n=2>; rel=\"next\"")
            for query in ["?last=t/b&n=2", "?last=t/b&n=0", "?last=t/b&n=101"] {
                let rest = try await gitea.send(.get, "/v2/_catalog" + query)
                rest.expect(200, text: "{\"repositories\":[\"t/c/d\"]}\n")
                #expect(rest["Link"] == nil)
            }
        }
    }

    @Test("of many pushes to one tag at a time one is left, and nothing of the others")
    func concurrentPushes() async throws {
        try await GiteaServer.with { gitea in
            let layers = (0..<12).map { "layer \($0)" }
            try await gitea.push(GiteaFixture.config, to: name)
            try await withThrowingTaskGroup { group in
                for layer in layers {
                    group.addTask { try await gitea.pushImage(layer, as: "v", to: name) }
                }
                try await group.waitForAll()
            }
            let head = try await gitea.send(.head, "/v2/\(name)/manifests/v")
            var left = 0
            for layer in layers {
                let isLeft = head["Docker-Content-Digest"] == GiteaFixture.image(layer).digest
                let digest = Sha256.digest(Array(layer.utf8))
                for path in ["manifests/\(GiteaFixture.image(layer).digest)", "blobs/\(digest)"] {
                    let status = try await gitea.send(.head, "/v2/\(name)/\(path)").status
                    #expect(status == (isLeft ? 200 : 404))
                }
                left += isLeft ? 1 : 0
            }
            #expect(left == 1)
        }
    }

    @Test("versions, blobs that wait and the order of rows outlive the server")
    func restart() async throws {
        let folder = try TemporaryFolder()
        try await GiteaServer.with(in: folder) { gitea in
            let image = try await gitea.pushImage("a", as: "v", to: name)
            let wrong = "sha256:" + String(repeating: "0", count: 64)
            _ = try await gitea.put(image, as: wrong, to: name)
            try await gitea.push("waiting", to: name)
            try await gitea.pushImage("b", as: "w", to: name)
        }
        try await GiteaServer.with(in: folder) { gitea in
            try await gitea.send(.delete, "/v2/\(name)/manifests/v").expect(202)
            let image = GiteaFixture.image("a")
            #expect(try await gitea.status(name, image.digest) == 200)
            try await gitea.send(.delete, "/v2/\(name)/manifests/\(image.digest)").expect(202)
            #expect(try await gitea.tags(name) == ["w"])
            let waiting = Sha256.digest(Array("waiting".utf8))
            #expect(try await gitea.send(.head, "/v2/\(name)/blobs/\(waiting)").status == 200)
            try await gitea.pushImage("c", as: "a", to: name)
            let latest = try await gitea.send(
                .get, "/api/v1/packages/team/container/app/-/latest")
            #expect(latest.text.contains(#""version":"a""#))
        }
    }
}
