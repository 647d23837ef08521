import TestSupport
import Testing

@Suite struct RegistryProtocolTests {
    let registry: ScriptedRegistry
    let digest = Sha256.digest(someBytes)

    init() throws { registry = try ScriptedRegistry() }

    @Test func answersTheVersionCheck() async throws {
        #expect(try await curl(registry, "GET", "/v2/").status == 200)
    }

    @Test func takesABlobInOnePost() async throws {
        let path = "/v2/a/b/blobs/uploads/?digest=\(digest)"
        let reply = try await curl(registry, "POST", path, body: someBytes)
        #expect(reply.status == 201)
        #expect(reply.header("Docker-Content-Digest") == digest)
        #expect(registry.blob(digest) == someBytes)
        #expect(registry.requests.first?.bodySize == someBytes.count)
    }

    @Test func takesABlobInChunksAndServesRanges() async throws {
        let opened = try await curl(registry, "POST", "/v2/a/b/blobs/uploads/")
        #expect(opened.status == 202)
        let place = try #require(opened.header("Location"))
        let first = Array(someBytes.prefix(10))
        let patch = try await curl(
            registry, "PATCH", place, body: first, "-H", "Content-Range: 0-9")
        #expect(patch.status == 202)
        #expect(patch.header("Range") == "0-9")
        let wrong = try await curl(
            registry, "PATCH", place, body: first, "-H", "Content-Range: 20-29")
        #expect(wrong.status == 416)
        #expect(try await curl(registry, "GET", place).header("Range") == "0-9")
        #expect(registry.openUploads.count == 1)
        let rest = Array(someBytes.dropFirst(10))
        let put = try await curl(
            registry, "PUT", "\(place)?digest=\(digest)", body: rest,
            "-H", "Transfer-Encoding: chunked")
        #expect(put.status == 201)
        #expect(registry.openUploads.isEmpty)
        let range = try await curl(registry, "GET", "/v2/a/b/blobs/\(digest)", "-r", "5-8")
        #expect(range.status == 206)
        #expect(range.body == Array(someBytes[5...8]))
    }

    @Test func refusesABlobThatIsNotItsDigest() async throws {
        let other = Sha256.digest([1])
        let path = "/v2/a/blobs/uploads/?digest=\(other)"
        let reply = try await curl(registry, "POST", path, body: someBytes)
        #expect(reply.status == 400)
        #expect(reply.text.contains("DIGEST_INVALID"))
    }

    @Test func mountsFromAnotherRepository() async throws {
        registry.put(blob: someBytes, in: "a")
        #expect(try await curl(registry, "HEAD", "/v2/b/blobs/\(digest)").status == 404)
        let path = "/v2/b/blobs/uploads/?mount=\(digest)"
        #expect(try await curl(registry, "POST", path).status == 202)
        #expect(try await curl(registry, "POST", path + "&from=a").status == 201)
        #expect(registry.blobs("b") == [digest])
    }

    @Test func refusesAManifestWithoutItsBlobs() async throws {
        var layout = OCILayout()
        let ghost = FixtureDescriptor(mediaType: "x/y", digest: digest, size: 1)
        let manifest = layout.addManifest(config: ghost, layers: [])
        let bytes = try #require(layout.blobs[manifest.digest])
        let reply = try await curl(registry, "PUT", "/v2/a/manifests/t", body: bytes)
        #expect(reply.status == 404)
        #expect(reply.text.contains("MANIFEST_BLOB_UNKNOWN"))
    }

    @Test func pagesTags() async throws {
        try OCILayout.image().put(into: registry, "a", tags: ["1", "2", "3"])
        let page = try await curl(registry, "GET", "/v2/a/tags/list?n=2")
        #expect(page.text.contains(#""tags":["1","2"]"#))
        #expect(page.header("Link") == #"</v2/a/tags/list?last=2&n=2>; rel="next""#)
        let last = try await curl(registry, "GET", "/v2/a/tags/list?n=2&last=2")
        #expect(last.text.contains(#""tags":["3"]"#))
        #expect(last.header("Link") == nil)
    }

    @Test func listsReferrers() async throws {
        var layout = OCILayout()
        let subject = try layout.add(.small())
        let config = layout.add(blob: Array("{}".utf8), mediaType: "application/x.note")
        let note = layout.addManifest(config: config, layers: [], subject: subject)
        layout.put(into: registry, "a", tags: [])
        let path = "/v2/a/referrers/\(subject.digest)?artifactType=application/x.note"
        let reply = try await curl(registry, "GET", path)
        #expect(reply.text.contains(note.digest))
        #expect(reply.header("OCI-Filters-Applied") == "artifactType")
    }

    @Test func deletesByTagAndByDigest() async throws {
        let root = try #require(
            try OCILayout.image().put(into: registry, "a", tags: ["x", "y", "z"]))
        #expect(try await curl(registry, "DELETE", "/v2/a/manifests/x").status == 202)
        #expect(registry.tags("a").keys.sorted() == ["y", "z"])
        #expect(try await curl(registry, "DELETE", "/v2/a/manifests/\(root)").status == 202)
        #expect(registry.tags("a").isEmpty)
        #expect(registry.manifest("a", root) == nil)
        #expect(registry.writes.map(\.method) == ["DELETE", "DELETE"])
        #expect(registry.count(method: "DELETE", pathContains: "/manifests/") == 2)
    }

    @Test func keepsConnectionsAlive() async throws {
        let base = "http://\(registry.host)/v2/"
        _ = try await curl(registry, "GET", "/v2/", "-o", "/dev/null", base)
        #expect(registry.requests.map(\.connection) == [1, 1])
    }

    @Test func refusesConnectionsAfterStop() async throws {
        registry.stop()
        #expect(try await curl(registry, "GET", "/v2/").exit == 7)
    }
}
