import HTTPTypes
import SystemPackage
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

/// A registry in Gitea's dialect, and a client without any policy.
struct GiteaServer: Sendable {
    let server: RegistryServer
    private static let transport = CurlTransport()

    /// Runs `body` beside a server with these settings, in a folder of its own or in one that is given.
    static func with(
        in folder: TemporaryFolder? = nil,
        _ change: (inout ServerSettings) throws -> Void = { _ in },
        body: (GiteaServer) async throws -> Void
    ) async throws {
        let folder = try folder ?? TemporaryFolder()
        var settings = ServerSettings(root: FilePath(folder.file("root")))
        settings.dialect = .gitea
        try change(&settings)
        let server = try await RegistryServer.start(settings)
        do { try await body(GiteaServer(server: server)) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Runs `body` beside a server that is like this release.
    static func with(
        _ version: GiteaVersion, body: (GiteaServer) async throws -> Void
    ) async throws {
        try await with({ $0.gitea.version = version }, body: body)
    }

    var host: String { "127.0.0.1:\(server.port)" }

    func send(
        _ method: HTTPRequest.Method, _ path: String, fields: HTTPFields = [:],
        body: [UInt8]? = nil
    ) async throws -> GiteaReply {
        let head = HTTPRequest(
            method: method, scheme: "http", authority: host, path: path, headerFields: fields)
        let response = try await Self.transport.send(
            TransportRequest(
                head, body: body.map { .bytes($0) } ?? .none, delivery: .collect(limit: 16 << 20)))
        return GiteaReply(
            request: "\(method) \(path)", status: response.status,
            fields: response.head.headerFields, body: response.body)
    }

    /// Pushes a blob in one request and gives its digest.
    @discardableResult
    func push(_ text: String, to name: String, fields: HTTPFields = [:]) async throws -> String {
        let bytes = Array(text.utf8)
        let digest = Sha256.digest(bytes)
        var fields = fields
        fields[.contentType] = "application/octet-stream"
        let reply = try await send(
            .post, "/v2/\(name)/blobs/uploads/?digest=\(digest)", fields: fields, body: bytes)
        try #require(reply.status == 201, "\(reply)")
        return digest
    }

    /// Puts a manifest under a reference.
    func put(
        _ manifest: GiteaFixture, as reference: String, to name: String, fields: HTTPFields = [:]
    ) async throws -> GiteaReply {
        var fields = fields
        fields[.contentType] = manifest.mediaType
        return try await send(
            .put, "/v2/\(name)/manifests/\(reference)", fields: fields, body: manifest.bytes)
    }

    /// Pushes an image with one layer, under a tag or, with nil, under its digest.
    @discardableResult
    func pushImage(
        _ layer: String, as reference: String?, to name: String, fields: HTTPFields = [:]
    ) async throws -> GiteaFixture {
        try await push(layer, to: name, fields: fields)
        try await push(GiteaFixture.config, to: name, fields: fields)
        let image = GiteaFixture.image(layer)
        let reply = try await put(
            image, as: reference ?? image.digest, to: name, fields: fields)
        try #require(reply.status == 201, "\(reply)")
        return image
    }

    /// The status of a manifest.
    func status(_ name: String, _ reference: String) async throws -> Int {
        try await send(.head, "/v2/\(name)/manifests/\(reference)").status
    }

    /// The tags of an image.
    func tags(_ name: String) async throws -> [String] {
        struct TagList: Decodable { let tags: [String] }
        return try await send(.get, "/v2/\(name)/tags/list").json(TagList.self).tags
    }
}

/// What the registry answered.
struct GiteaReply: CustomStringConvertible {
    let request: String
    let status: Int
    let fields: HTTPFields
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var description: String { "\(request) → \(status) [\(fields)] \(text.prefix(300))" }

    /// A field's value; several are joined by commas.
    subscript(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }

    /// The body as a document.
    func json<Document: Decodable>(_ type: Document.Type) throws -> Document {
        try JSON.decode(type, from: body, what: description)
    }

    /// Checks that this is an error document with a code and a message.
    func expect(
        _ status: Int, _ code: String, _ message: String = "",
        at: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(self)", sourceLocation: at)
        #expect(
            text == #"{"errors":[{"code":"\#(code)","message":"\#(message)"}]}"# + "\n",
            "\(self)", sourceLocation: at)
        #expect(self["Content-Type"] == "application/json", sourceLocation: at)
    }

    /// Checks status and text; the body of most failures is empty.
    func expect(
        _ status: Int, text: String = "", at: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(self)", sourceLocation: at)
        #expect(self.text == text, "\(self)", sourceLocation: at)
    }
}

/// A manifest that is pushed.
struct GiteaFixture: Sendable {
    static let manifestType = "application/vnd.oci.image.manifest.v1+json"
    static let indexType = "application/vnd.oci.image.index.v1+json"
    static let layerType = "application/vnd.oci.image.layer.v1.tar"
    static let config = #"{"architecture":"amd64","os":"linux"}"#

    var bytes: [UInt8]
    var mediaType: String
    var digest: String { Sha256.digest(bytes) }

    init(_ text: String, _ mediaType: String = manifestType) {
        bytes = Array(text.utf8)
        self.mediaType = mediaType
    }

    /// An image of this configuration and one layer, which may be said to have another size.
    static func image(
        _ layer: String, config: String = config, size: Int? = nil
    ) -> GiteaFixture {
        let config = descriptor(config, "application/vnd.oci.image.config.v1+json")
        let layer = descriptor(layer, layerType, size: size)
        return GiteaFixture(
            #"{"schemaVersion":2,"mediaType":"\#(manifestType)","config":\#(config),"#
                + #""layers":[\#(layer)]}"#)
    }

    /// An index of these manifests.
    static func index(_ children: GiteaFixture...) -> GiteaFixture {
        let list = children.map {
            descriptor(String(decoding: $0.bytes, as: UTF8.self), $0.mediaType)
        }
        return GiteaFixture(
            #"{"schemaVersion":2,"mediaType":"\#(indexType)","#
                + #""manifests":[\#(list.joined(separator: ","))]}"#, indexType)
    }

    private static func descriptor(_ text: String, _ type: String, size: Int? = nil) -> String {
        let digest = Sha256.digest(Array(text.utf8))
        return #"{"mediaType":"\#(type)","digest":"\#(digest)","size":\#(size ?? text.utf8.count)}"#
    }
}
