import HTTPTypes
import Testing

@testable import OCIRegistry

/// A repository of the registry under test, and the requests that many tests make.
struct TestRepository: Sendable {
    let wire: Wire
    let name: String

    /// What manifests are asked for with.
    static let accept: HTTPFields = [
        .accept: MediaType.acceptedManifests.map(\.rawValue).joined(separator: ", ")
    ]

    /// Sends a request for a path below the repository.
    func ask(
        _ method: HTTPRequest.Method, _ rest: String, query: [(String, String)] = [],
        fields: HTTPFields = [:], body: TransportRequest.Body = .none
    ) async throws -> Reply {
        try await wire.send(
            method, "/v2/\(name)/\(rest)", query: query, fields: fields, body: body)
    }

    /// Asks for a manifest by tag or digest.
    func manifest(
        _ method: HTTPRequest.Method = .get, _ reference: some CustomStringConvertible
    ) async throws -> Reply {
        try await ask(method, "manifests/\(reference)", fields: Self.accept)
    }

    /// Asks for a blob.
    func blob(_ method: HTTPRequest.Method = .get, _ digest: Digest) async throws -> Reply {
        try await ask(method, "blobs/\(digest)")
    }

    /// Opens an upload and gives the answer, which names its place.
    func openUpload(_ at: SourceLocation = #_sourceLocation) async throws -> Reply {
        try await ask(.post, "blobs/uploads/").require(202, at: at)
    }

    /// Puts a manifest under a reference.
    func put(
        _ document: Document, as reference: some CustomStringConvertible,
        query: [(String, String)] = []
    ) async throws -> Reply {
        try await ask(
            .put, "manifests/\(reference)", query: query,
            fields: [.contentType: document.mediaType], body: .bytes(document.bytes))
    }

    /// Puts all of some content there, for a test that is about what comes afterwards.
    func publish(_ content: Content, at: SourceLocation = #_sourceLocation) async throws {
        for blob in content.blobs {
            try await PushMethod.postPut.push(blob.bytes, as: blob.digest, to: self)
                .require(201, at: at)
        }
        for document in content.documents {
            let query = content.tagsWithDigest ? document.tags.map { ("tag", $0) } : []
            try await put(document, as: document.digest, query: query).require(201, at: at)
            guard !content.tagsWithDigest else { continue }
            for tag in document.tags { try await put(document, as: tag).require(201, at: at) }
        }
    }

    /// Checks that a blob is there, by HEAD and by GET.
    func expect(blob bytes: [UInt8], _ digest: Digest, at: SourceLocation = #_sourceLocation)
        async throws
    {
        let head = try await blob(.head, digest).expect(200, at: at)
        head.expect(length: bytes.count, digest, at: at)
        #expect(head.body.isEmpty, "\(head)", sourceLocation: at)
        try await blob(.get, digest).expect(200, at: at).expect(content: bytes, digest, at: at)
    }

    /// Deletes a blob and checks that it is gone at once.
    func delete(blob digest: Digest, at: SourceLocation = #_sourceLocation) async throws {
        try await blob(.delete, digest).expect(202, at: at)
        try await blob(.head, digest).expect(404, at: at)
    }

    /// The tags, as one page has them.
    func tags(_ query: [(String, String)] = []) async throws -> [String] {
        try await ask(.get, "tags/list", query: query).require(200).json(TagPage.self).tags ?? []
    }

    /// All referrers of a manifest, page by page.
    func referrers(of subject: Digest, type: String? = nil) async throws -> [Pointer] {
        var found: [Pointer] = []
        let query = type.map { [("artifactType", $0)] } ?? []
        var page = try await ask(.get, "referrers/\(subject)", query: query)
        for _ in 0..<100 {
            try page.require(200).expect("Content-Type", ContentType.index)
            // What clients read of a document, at the least.
            #expect(page.body.count <= 4 << 20)
            if type != nil { page.expect("OCI-Filters-Applied", "artifactType") }
            let index = try page.json(Paper.self)
            #expect(index.schemaVersion == 2 && index.mediaType == ContentType.index)
            found += index.manifests ?? []
            guard let next = try page.next else { return found }
            page = try await wire.send(.get, to: next)
        }
        Issue.record("the referrers of \(subject) have no end")
        return found
    }
}

/// A page of tags.
struct TagPage: Decodable {
    var name: String
    var tags: [String]?
}
