import HTTPTypes
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("Manifests")
struct ManifestTests {
    @Test("A manifest that is not there is unknown, by digest and by tag")
    func missing() async throws {
        let repository = try await RegistryUnderTest.repository()
        let codes = ["MANIFEST_UNKNOWN", "NAME_UNKNOWN"]
        for reference in ["missing", "\(SHA2.digest(of: Array("missing".utf8)))"] {
            try await repository.manifest(.get, reference).expect(404)
                .expect(error: codes[0], codes[1])
            try await repository.manifest(.head, reference).expect(404)
            try await repository.manifest(.delete, reference).expect(404)
        }
    }

    @Test("A manifest that is not there is unknown in a repository that has others")
    func missingBesideOthers() async throws {
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(try await Kind.emptyIndex.make())
        for reference in ["missing", "\(SHA2.digest(of: Array("missing".utf8)))"] {
            try await repository.manifest(.get, reference).expect(404)
                .expect(error: "MANIFEST_UNKNOWN")
        }
    }

    @Test(
        "A digest that is none is refused",
        arguments: ["sha256:baddigeststring", "sha256:", "sha256:../../etc/passwd", "md5:00"])
    func badReference(_ reference: String) async throws {
        let repository = try await RegistryUnderTest.repository()
        let content = try await Kind.image.make()
        try await repository.publish(content)
        let document = try #require(content.documents.first)
        let put = try await repository.put(document, as: reference)
        if reference.contains("/") {
            put.expect(400, 404)
        } else {
            put.expect(400).expect(error: "DIGEST_INVALID", "MANIFEST_INVALID")
        }
        try await repository.manifest(.get, reference).expect(400, 404)
    }

    @Test("A manifest under another's digest is refused", arguments: Digest.Algorithm.allCases)
    func wrongDigest(_ algorithm: Digest.Algorithm) async throws {
        var builder = ContentBuilder(seed: 61)
        builder.algorithm = algorithm
        try await builder.image()
        let made = builder.content.documents.popLast()
        var document = try #require(made)
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(builder.content)
        document.bytes += Array("  ".utf8)
        try await repository.put(document, as: document.digest)
            .expect(400).expect(error: "DIGEST_INVALID")
        try await repository.manifest(.get, document.digest).expect(404)
        let own = SHA2.digest(of: document.bytes, algorithm)
        try await repository.manifest(.get, own).expect(404)
    }

    @Test(
        "What is no manifest is refused",
        arguments: ["", "no JSON", "[]", #"{"schemaVersion":2"#, #"{"schemaVersion":1}"#])
    func invalid(_ text: String) async throws {
        let repository = try await RegistryUnderTest.repository()
        try await repository.ask(
            .put, "manifests/latest", fields: [.contentType: ContentType.manifest],
            body: .bytes(Array(text.utf8))
        ).expect(400).expect(error: "MANIFEST_INVALID")
        try await repository.manifest(.head, "latest").expect(404)
    }

    @Test("A tag that is none is refused", arguments: ["-tag", ".tag", "a%20b", longTag + "x"])
    func badTag(_ tag: String) async throws {
        let repository = try await RegistryUnderTest.repository()
        let document = try #require(try await Kind.emptyIndex.make().documents.first)
        try await repository.put(document, as: tag).expect(400, 404)
        try await repository.manifest(.get, tag).expect(400, 404)
    }

    @Test("A tag of 128 characters is taken")
    func longTagIsTaken() async throws {
        let repository = try await RegistryUnderTest.repository()
        let document = try #require(try await Kind.emptyIndex.make().documents.first)
        try await repository.put(document, as: longTag).expect(201)
        #expect(try await repository.tags() == [longTag])
    }

    @Test("A tag moves to what is pushed under it, and what it left stays")
    func tagMoves() async throws {
        var builder = ContentBuilder(seed: 62)
        builder.artifact()
        builder.artifact()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(builder.content)
        for document in builder.content.documents {
            try await repository.put(document, as: "rolling").expect(201)
            try await repository.manifest(.get, "rolling").expect(200)
                .expect(content: document.bytes, document.digest)
        }
        for document in builder.content.documents {
            try await repository.manifest(.head, document.digest).expect(200)
        }
        #expect(try await repository.tags() == ["rolling"])
    }

    @Test("Deleting a tag leaves the manifest and its other tags")
    func untag() async throws {
        let content = try await Kind.emptyIndex.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        let document = try #require(content.documents.first)
        try await repository.put(document, as: "other").expect(201)
        try await repository.manifest(.delete, "other").expect(202)
        #expect(try await repository.tags() == content.tags)
        try await repository.manifest(.get, document.digest).expect(200)
            .expect(content: document.bytes, document.digest)
    }

    @Test("Deleting a manifest takes its tags with it")
    func deleteTagged() async throws {
        let content = try await Kind.emptyIndex.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        let document = try #require(content.documents.first)
        try await repository.manifest(.delete, document.digest).expect(202)
        try await repository.manifest(.get, document.digest).expect(404)
        for tag in document.tags { try await repository.manifest(.get, tag).expect(404) }
        let list = try await repository.ask(.get, "tags/list").expect(200, 404)
        if list.status == 200 { #expect(try list.json(TagPage.self).tags ?? [] == []) }
    }

    @Test("A manifest of 4 MiB is taken, a larger one is too large")
    func size() async throws {
        let repository = try await RegistryUnderTest.repository()
        var document = try #require(try await Kind.emptyIndex.make().documents.first)
        document.bytes += Array(repeating: 0x20, count: 4 << 20 - document.bytes.count)
        try await repository.put(document, as: "largest").expect(201)
        document.bytes += Array(repeating: 0x20, count: 1 << 16)
        try await repository.put(document, as: "too-large").expect(413)
        try await repository.manifest(.head, "too-large").expect(404)
    }

    @Test("Manifests of Docker's types are taken and served as such")
    func docker() async throws {
        var builder = ContentBuilder(seed: 63)
        let layer = try await builder.layer()
        var pointer = layer.pointer
        pointer.mediaType = MediaType.dockerLayerGzip.rawValue
        var config = builder.config("amd64", [layer.diffID])
        config.mediaType = MediaType.dockerConfig.rawValue
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(builder.content)
        let image = try await repository.push(
            Paper(
                mediaType: MediaType.dockerManifest.rawValue, config: config, layers: [pointer]),
            as: "docker")
        try await repository.push(
            Paper(
                mediaType: MediaType.dockerList.rawValue, manifests: [image.on("amd64")]),
            as: "list")
    }
}

private let longTag = String(repeating: "t", count: 128)

extension TestRepository {
    /// Pushes a document, checks how it is served and gives its descriptor.
    @discardableResult
    fileprivate func push(_ paper: Paper, as tag: String) async throws -> Pointer {
        let bytes = JSON.encode(paper)
        let entry = Pointer(
            mediaType: paper.mediaType ?? "", digest: SHA2.digest(of: bytes), size: bytes.count)
        let document = Document(
            bytes: bytes, digest: entry.digest, mediaType: entry.mediaType, entry: entry)
        try await put(document, as: tag).require(201)
        try await manifest(.get, tag).expect(200).expect("Content-Type", document.mediaType)
            .expect(content: bytes, document.digest)
        return entry
    }
}
