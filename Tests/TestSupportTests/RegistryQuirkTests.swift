import TestSupport
import Testing

@Suite struct RegistryQuirkTests {
    @Test func giteaDropsTheManifestOfAnOverwrittenTag() async throws {
        let registry = try ScriptedRegistry(quirks: .gitea)
        var layout = OCILayout()
        let images = [try layout.add(.small()), try layout.add(.small(seed: 2))]
        for (digest, blob) in layout.blobs where !images.contains(where: { $0.digest == digest }) {
            registry.put(blob: blob, in: "a")
        }
        for image in images {
            let body = try #require(layout.blobs[image.digest])
            let type = "Content-Type: \(image.mediaType)"
            let reply = try await curl(
                registry, "PUT", "/v2/a/manifests/Latest", body: body, "-H", type)
            #expect(reply.status == 201)
            #expect(reply.header("Location")?.hasPrefix("/v2/") == true)
        }
        #expect(registry.tag("a", "latest") == images[1].digest)
        #expect(registry.manifests("a") == [images[1].digest])
        let tags = try await curl(registry, "GET", "/v2/a/tags/list")
        #expect(tags.header("Link") != nil)
        let referrers = "/v2/a/referrers/\(images[1].digest)"
        #expect(try await curl(registry, "GET", referrers).status == 404)
    }

    @Test func rejectsNestedIndexesWhereAskedTo() async throws {
        let registry = try ScriptedRegistry(quirks: .gitea)
        let layout = try OCILayout.nestedIndex()
        layout.put(into: registry, "a", tags: [])
        let root = try #require(layout.roots.first.flatMap { layout.blobs[$0.digest] })
        let reply = try await curl(registry, "PUT", "/v2/a/manifests/t", body: root)
        #expect(reply.status == 400)
    }

    @Test func refusesLargeBodiesBeforeTheirEnd() async throws {
        var quirks = RegistryQuirks()
        quirks.largestBody = 1_000_000
        let registry = try ScriptedRegistry(quirks: quirks)
        let blob = FixtureContent.random(3_000_000)
        let path = "/v2/a/blobs/uploads/?digest=\(Sha256.digest(blob))"
        for expect in ["Expect:", "Expect: 100-continue"] {
            let reply = try await curl(registry, "POST", path, body: blob, "-H", expect)
            #expect(reply.status == 413)
        }
        #expect(registry.requests.allSatisfy { $0.bodySize == 0 })
    }

    @Test func sendsTextErrorsAndLocationsWithAQuery() async throws {
        var quirks = RegistryQuirks()
        quirks.textErrors = true
        quirks.location = .withQuery
        let registry = try ScriptedRegistry(quirks: quirks)
        let missing = try await curl(registry, "GET", "/v2/a/manifests/t")
        #expect(missing.text == "manifest unknown\n")
        let upload = try await curl(registry, "POST", "/v2/a/blobs/uploads/")
        #expect(upload.header("Location")?.hasSuffix("?_state=a%3Db") == true)
    }
}
