import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

/// The fifteen ways in which Gitea differs that clients have to survive, by their numbers.
@Suite("Gitea's deviations")
struct GiteaDeviationTests {
    private let name = "team/app"

    @Test("1: a tag owns its manifest, which goes when the tag moves or is deleted")
    func tagOwnsManifest() async throws {
        try await GiteaServer.with { gitea in
            let old = try await gitea.pushImage("old", as: "v", to: name)
            let new = try await gitea.pushImage("new", as: "v", to: name)
            #expect(try await gitea.status(name, old.digest) == 404)
            #expect(try await gitea.status(name, new.digest) == 200)
            // Held by a digest version, it stays.
            try await gitea.pushImage("new", as: nil, to: name)
            try await gitea.pushImage("newest", as: "v", to: name)
            #expect(try await gitea.status(name, new.digest) == 200)
            let reply = try await gitea.send(.delete, "/v2/\(name)/manifests/v")
            reply.expect(202)
            let newest = GiteaFixture.image("newest")
            #expect(try await gitea.status(name, newest.digest) == 404)
        }
    }

    @Test("2: deleting by digest removes every tag on it")
    func deletionByDigest() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("a", as: "v1", to: name)
            for reference in ["v2", image.digest] {
                _ = try await gitea.put(image, as: reference, to: name)
            }
            try await gitea.pushImage("b", as: "other", to: name)
            let path = "/v2/\(name)/manifests/\(image.digest)"
            try await gitea.send(.delete, path).expect(202)
            #expect(try await gitea.tags(name) == ["other"])
            #expect(try await gitea.status(name, image.digest) == 404)
            try await gitea.send(.delete, path).expect(404, "MANIFEST_UNKNOWN")
        }
    }

    @Test("3: an index deleted leaves its children, and a child is deleted although it is listed")
    func orphans() async throws {
        try await GiteaServer.with { gitea in
            let first = try await gitea.pushImage("a", as: nil, to: name)
            let second = try await gitea.pushImage("b", as: nil, to: name)
            let index = GiteaFixture.index(first, second)
            #expect(try await gitea.put(index, as: "v", to: name).status == 201)
            try await gitea.send(.delete, "/v2/\(name)/manifests/\(first.digest)").expect(202)
            #expect(try await gitea.status(name, "v") == 200)
            try await gitea.send(.delete, "/v2/\(name)/manifests/v").expect(202)
            #expect(try await gitea.status(name, second.digest) == 200)
        }
    }

    @Test("4: deleting a blob is always accepted, and breaks the images that have it")
    func blobDeletion() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("layer", as: "v", to: name)
            let path = "/v2/\(name)/blobs/\(Sha256.digest(Array("layer".utf8)))"
            try await gitea.send(.delete, path).expect(202)
            try await gitea.send(.delete, path).expect(202)
            try await gitea.send(.get, path).expect(404, "BLOB_UNKNOWN")
            #expect(try await gitea.status(name, "v") == 200)
            // The manifest is a blob too.
            try await gitea.send(.delete, "/v2/\(name)/blobs/\(image.digest)").expect(202)
            #expect(try await gitea.status(name, "v") == 404)
            #expect(try await gitea.tags(name) == ["v"])
        }
    }

    @Test("5: tags are in lower case, whatever case they are asked for in")
    func tagCase() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("a", as: nil, to: name)
            let reply = try await gitea.put(image, as: "Release-1A", to: name)
            #expect(reply["Location"] == "/v2/\(name)/manifests/Release-1A")
            #expect(try await gitea.tags(name) == ["release-1a"])
            for tag in ["RELEASE-1a", "release-1a"] {
                #expect(try await gitea.status(name, tag) == 200)
            }
            _ = try await gitea.pushImage("b", as: "RELEASE-1A", to: name)
            #expect(try await gitea.tags(name) == ["release-1a"])
            try await gitea.send(.delete, "/v2/\(name)/manifests/Release-1a").expect(202)
            #expect(try await gitea.tags(name) == [])
        }
    }

    @Test(
        "6: images have narrower names", arguments: ["a__b", "a--b", "A", "a/b--c", "a..b", "a-"])
    func names(image: String) async throws {
        try await GiteaServer.with { gitea in
            let reply = try await gitea.send(.post, "/v2/team/\(image)/blobs/uploads/")
            reply.expect(400, "NAME_INVALID")
        }
    }

    @Test("7: there is no list of referrers, and a subject is not told of")
    func referrers() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("a", as: "v", to: name)
            let reply = try await gitea.send(.get, "/v2/\(name)/referrers/\(image.digest)")
            reply.expect(404, text: "404 page not found\n")
            let text = String(decoding: image.bytes.dropLast(), as: UTF8.self)
            let subject =
                #"{"mediaType":"\#(image.mediaType)","digest":"\#(image.digest)","size":1}"#
            let referrer = GiteaFixture(text + #","subject":\#(subject)}"#)
            let put = try await gitea.put(referrer, as: referrer.digest, to: name)
            #expect(put.status == 201 && put["OCI-Subject"] == nil)
        }
    }

    @Test("8: the children of an index have to be there, and to be image manifests")
    func children() async throws {
        try await GiteaServer.with { gitea in
            let child = GiteaFixture.image("a")
            let index = GiteaFixture.index(child)
            try await gitea.put(index, as: "v", to: name).expect(404, "MANIFEST_BLOB_UNKNOWN")
            try await gitea.pushImage("a", as: nil, to: name)
            #expect(try await gitea.put(index, as: "v", to: name).status == 201)
            let nested = GiteaFixture.index(index)
            try await gitea.put(nested, as: "w", to: name).expect(400, "MANIFEST_INVALID")
            var layer = child
            layer.mediaType = GiteaFixture.layerType
            let odd = GiteaFixture.index(layer)
            try await gitea.put(odd, as: "w", to: name).expect(400, "MANIFEST_INVALID")
        }
    }

    @Test("9: every page of tags that holds any links to another")
    func links() async throws {
        try await GiteaServer.with { gitea in
            for tag in ["a", "b", "c"] { try await gitea.pushImage("x", as: tag, to: name) }
            let path = "/v2/\(name)/tags/list"
            let all = try await gitea.send(.get, path)
            #expect(all.text == #"{"name":"team/app","tags":["a","b","c"]}"# + "\n")
            #expect(all["Link"] == "<\(path)?last=c>; rel=\"next\"")
            let page = try await gitea.send(.get, path + "?n=2")
            #expect(page["Link"] == "<\(path)?last=b&n=2>; rel=\"next\"")
            let last = try await gitea.send(.get, path + "?last=B&n=2")
            #expect(last["Link"] == "<\(path)?last=c&n=2>; rel=\"next\"")
            for query in ["?last=c&n=2", "?n=0", "?n=many"] {
                let end = try await gitea.send(.get, path + query)
                #expect(end.text == #"{"name":"team/app","tags":[]}"# + "\n")
                #expect(end["Link"] == nil)
            }
        }
    }

    @Test("10: an upload that broke reports its old place and takes nothing more")
    func poisonedSession() async throws {
        let fault = LocalRegistry.Fault(
            on: "PATCH /v2/**", skip: 1, .dropAfterReceiving(100_000))
        try await GiteaServer.with({ $0.faults = FaultPlan([fault]) }) { gitea in
            let opened = try await gitea.send(.post, "/v2/\(name)/blobs/uploads/")
            let place = try #require(opened["Location"])
            let patched = try await gitea.send(.patch, place, body: Array("first".utf8))
            #expect(patched.status == 202 && patched["Range"] == "0-4")
            let fields: HTTPFields = [.contentRange: "5-300004"]
            let rest = [UInt8](repeating: 1, count: 300_000)
            // Dropped; curl sends it once more on a new connection.
            _ = try? await gitea.send(.patch, place, fields: fields, body: rest)
            let status = try await gitea.send(.get, place)
            #expect(status.status == 204 && status["Range"] == "0-4")
            try await gitea.send(.patch, place, fields: fields, body: rest).expect(500)
            let digest = Sha256.digest(Array("first".utf8) + rest)
            try await gitea.send(.put, place + "?digest=\(digest)").expect(500)
            try await gitea.send(.delete, place).expect(204)
        }
    }

    @Test("11: errors are documents, text or nothing at all")
    func errors() async throws {
        try await GiteaServer.with({ $0.gitea.owners = ["team"] }) { gitea in
            let document = try await gitea.send(.get, "/v2/\(name)/manifests/v")
            document.expect(404, "MANIFEST_UNKNOWN")
            #expect(document["Docker-Distribution-Api-Version"] == "registry/2.0")
            let text = try await gitea.send(.get, "/v2/other/app/manifests/v")
            text.expect(404, text: "Not found.\n")
            #expect(text["Content-Type"] == "text/plain; charset=utf-8")
            let put = try await gitea.put(GiteaFixture("no document"), as: "v", to: name)
            put.expect(500)
            #expect(put["Docker-Distribution-Api-Version"] == "registry/2.0")
            #expect(put["Content-Type"] == nil)
        }
    }

    @Test("12: too few rights are answered 401, as a bad token is")
    func refusals() async throws {
        try await GiteaUsers.serve { gitea in
            let path = "/v2/\(name)/blobs/uploads/"
            let poor = try await gitea.send(.post, path, fields: GiteaUsers.bob)
            poor.expect(401, text: "reqPackageAccess\n")
            #expect(poor["WWW-Authenticate"] == #"Basic realm="Gitea Package API""#)
            let bad = try await gitea.send(
                .post, path, fields: [.authorization: "Bearer \(String(repeating: "x", count: 20))"]
            )
            bad.expect(401, "UNAUTHORIZED")
            #expect(bad["WWW-Authenticate"]?.hasPrefix("Bearer ") == true)
        }
    }

    @Test("13: a token comes without a lifetime, and its scope is ignored")
    func token() async throws {
        try await GiteaUsers.serve { gitea in
            let reply = try await gitea.send(
                .get, "/v2/token?scope=repository:team/app:pull&service=any",
                fields: GiteaUsers.ann)
            #expect(reply.status == 200)
            #expect(reply["Content-Type"] == "application/json;charset=utf-8")
            let members = try reply.json([String: String].self)
            #expect(Array(members.keys) == ["token"])
            try await gitea.push(
                "a", to: "else/where",
                fields: [.authorization: "Bearer \(members["token"] ?? "")"])
        }
    }

    @Test("14: a manifest put by digest may have another; what is no manifest gets odd statuses")
    func oddStatuses() async throws {
        try await GiteaServer.with { gitea in
            let image = try await gitea.pushImage("a", as: "v", to: name)
            let wrong = "sha256:" + String(repeating: "0", count: 64)
            let reply = try await gitea.put(image, as: wrong, to: name)
            #expect(reply.status == 201 && reply["Docker-Content-Digest"] == image.digest)
            #expect(try await gitea.status(name, wrong) == 404)
            // The version has the manifest all the same.
            try await gitea.send(.delete, "/v2/\(name)/manifests/v").expect(202)
            #expect(try await gitea.status(name, image.digest) == 200)
            let small = GiteaFixture.image("a", size: 9)
            try await gitea.put(small, as: "v", to: name).expect(400, "SIZE_INVALID")
            let old = GiteaFixture(#"{"schemaVersion":1}"#)
            try await gitea.put(old, as: "v", to: name)
                .expect(501, "UNSUPPORTED", "Schema version is not supported")
            try await gitea.put(GiteaFixture("{"), as: "v", to: name).expect(500)
        }
    }

    @Test("15: a range of a blob is not heard, and a Location is relative")
    func ranges() async throws {
        try await GiteaServer.with { gitea in
            let digest = try await gitea.push("content", to: name)
            let reply = try await gitea.send(
                .get, "/v2/\(name)/blobs/\(digest)",
                fields: [.range: "bytes=0-1", .ifNoneMatch: "\"\(digest)\""])
            reply.expect(200, text: "content")
            #expect(reply["ETag"] == "\"\(digest)\"" && reply["Accept-Ranges"] == nil)
            let opened = try await gitea.send(.post, "/v2/Team/app/blobs/uploads")
            #expect(opened["Location"]?.hasPrefix("/v2/team/app/blobs/uploads/") == true)
        }
    }
}
