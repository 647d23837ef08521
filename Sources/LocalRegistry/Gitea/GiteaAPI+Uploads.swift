import HTTPTypes
import HummingbirdCore
import OCIRegistry

/// Gitea's uploads. A session belongs to no image; one that a request broke is of no more use.
extension GiteaAPI {
    /// POST: a mount, a blob in one request, or a session.
    func startUpload(_ name: RepositoryName, _ exchange: Exchange) async throws -> Response {
        guard exchange.method == .post else { throw RegistryError.notRouted }
        if let digest = try await mounted(into: name, exchange) { return created(digest, name) }
        guard let upload = try store.startUpload(in: name) else {
            throw RegistryError.silent(.internalServerError)
        }
        if let digest = exchange.query["digest"], !digest.isEmpty {
            do { return try await finish(upload, as: digest, name, exchange) } catch {
                try store.cancel(upload)
                throw error
            }
        }
        return .empty(.accepted, status(upload, name))
    }

    /// PATCH, PUT, GET and DELETE of a session.
    func upload(
        _ session: String, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        let digest = exchange.query["digest"] ?? ""
        if exchange.method == .put, digest.isEmpty { throw RegistryError.digestInvalid }
        guard let upload = store.upload(session) else {
            throw RegistryError.gitea(.notFound, .blobUploadUnknown)
        }
        switch exchange.method {
        case .get: return .empty(.noContent, status(upload, name, withRange: true))
        case .delete:
            try await disk.run { try store.cancel(upload) }
            return .empty(.noContent)
        case .patch:
            try checkRange(exchange, upload)
            try await append(exchange, to: upload)
            return .empty(.accepted, status(upload, name, withRange: true))
        case .put: return try await finish(upload, as: digest, name, exchange)
        default: throw RegistryError.notRouted
        }
    }

    /// The blob that a mount got; nil when it got none, and an upload is to start instead.
    private func mounted(
        into name: RepositoryName, _ exchange: Exchange
    ) async throws -> Digest? {
        guard let digest = exchange.query["mount"].flatMap({ try? Digest(parsing: $0) }) else {
            return nil
        }
        let from = exchange.query["from"] ?? ""
        let source = try? RepositoryName(from)
        guard from.isEmpty || source != nil else { return nil }
        return try await disk.run {
            try store.mount(digest, from: source, into: name) ? digest : nil
        }
    }

    /// Takes the body, if there is any, and makes a blob of the session. The session outlives a digest
    /// that is not its content's.
    private func finish(
        _ upload: BlobUpload, as digest: String, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        let writer = try writer(of: upload)
        defer { writer.close() }
        // Whoever reads a form reads it off the body.
        let isForm =
            exchange.headers[.contentType]?.lowercased()
            .hasPrefix("application/x-www-form-urlencoded") ?? false
        if isForm {
            for try await _ in exchange.request.body {}
        } else {
            try await receive(exchange, into: writer)
        }
        let content = try await disk.run { try store.digest(of: writer) }
        guard content.description == digest else { throw RegistryError.digestInvalid }
        try await checkQuota(adding: upload.count, to: name)
        try await disk.run { try store.finish(writer, verified: content, in: name) }
        return created(content, name)
    }

    private func append(_ exchange: Exchange, to upload: BlobUpload) async throws {
        let writer = try writer(of: upload)
        defer { writer.close() }
        try await receive(exchange, into: writer)
    }

    private func writer(of upload: BlobUpload) throws -> UploadWriter {
        guard let writer = try store.writer(of: upload) else {
            throw RegistryError.silent(.internalServerError)
        }
        return writer
    }

    /// Appends the body. When not all of it comes, its bytes are in the file but not counted, and the
    /// session can take no more.
    private func receive(_ exchange: Exchange, into writer: UploadWriter) async throws {
        let before = writer.upload.count
        do {
            try await BlobReception.receive(exchange.request.body, into: writer, disk: disk)
        } catch let error as StoreError {
            // A full disk needs the room of what nobody can go on with.
            try? await disk.run { try store.cancel(writer.upload) }
            throw error
        } catch {
            writer.upload.poison()
            throw error
        }
        if let length = exchange.contentLength, writer.upload.count - before != length {
            writer.upload.poison()
            throw RegistryError.silent(.internalServerError)
        }
    }

    private func checkRange(_ exchange: Exchange, _ upload: BlobUpload) throws {
        guard let field = exchange.headers[.contentRange], !field.isEmpty else {
            guard upload.settled == 0 else {
                throw RegistryError.gitea(
                    .badRequest, .blobUploadInvalid,
                    "Stream uploads after first write are not allowed")
            }
            return
        }
        guard let start = Self.rangeStart(field) else {
            throw RegistryError.gitea(.badRequest, .blobUploadInvalid)
        }
        guard start == upload.settled else {
            throw RegistryError.gitea(.rangeNotSatisfiable, .blobUploadInvalid)
        }
    }

    /// The first number of `START-END`; nil for any other form, one with a unit too. The second is not
    /// looked at.
    static func rangeStart(_ field: String) -> Int64? {
        let parts = field.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[1].first?.isNumber == true else { return nil }
        return Int64(parts[0])
    }

    private func status(
        _ upload: BlobUpload, _ name: RepositoryName, withRange: Bool = false
    ) -> HTTPFields {
        var fields: HTTPFields = [
            .location: "/v2/\(name)/blobs/uploads/\(upload.identifier)",
            .dockerUploadUUID: upload.identifier,
        ]
        if withRange, upload.settled > 0 { fields[.range] = "0-\(upload.settled - 1)" }
        return fields
    }
}
