import HTTPTypes
import HummingbirdCore
import OCIRegistry

/// OCI distribution-spec, "Pushing blobs".
extension OCIAPI {
    /// What a client that cuts a blob into chunks should not go below, in bytes: less costs more
    /// requests than it is worth.
    static let chunkMinimum = 64 << 10

    /// POST: a mount, a blob in one request, or a session.
    func startUpload(_ name: RepositoryName, _ exchange: Exchange) async throws -> Response {
        guard exchange.method == .post else { throw RegistryError.notAllowed("POST") }
        if let text = exchange.query["mount"] {
            let digest = try Self.digest(text)
            let from = exchange.query["from"]
            let source = from.flatMap { try? RepositoryName($0) }
            if from == nil || source != nil,
                try await disk.run({ try store.mount(digest, from: source, into: name) })
            {
                return created(digest, name)
            }
        }
        let wanted = try exchange.query["digest"].map(Self.digest)
        guard
            let upload = try store.startUpload(
                in: name, wanted?.algorithm ?? algorithm(exchange) ?? .sha256)
        else {
            throw RegistryError(
                .tooManyRequests, .tooManyRequests, "too many uploads are open",
                headers: [.retryAfter: "30"])
        }
        if let wanted {
            do { return try await finish(upload, as: wanted, name, exchange) } catch {
                try store.cancel(upload)
                throw error
            }
        }
        return .empty(
            .accepted, status(upload) + [.ociChunkMinLength: "\(Self.chunkMinimum)"])
    }

    /// PATCH, PUT, GET and DELETE of a session.
    func upload(
        _ session: String, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        guard let upload = store.upload(session), upload.repository == name else {
            throw RegistryError(
                .notFound, .blobUploadUnknown, "there is no such upload; start a new one")
        }
        switch exchange.method {
        case .get, .head: return .empty(.noContent, status(upload))
        case .delete:
            try await disk.run { try store.cancel(upload) }
            return .empty(.noContent)
        case .patch:
            try await append(upload, exchange)
            return .empty(.accepted, status(upload))
        case .put:
            guard let text = exchange.query["digest"] else {
                throw RegistryError(
                    .badRequest, .digestInvalid, "the last request of an upload names its digest")
            }
            return try await finish(upload, as: Self.digest(text), name, exchange)
        default: throw RegistryError.notAllowed("GET, HEAD, PATCH, PUT, DELETE")
        }
    }

    private func append(_ upload: BlobUpload, _ exchange: Exchange) async throws {
        let writer = try writer(of: upload)
        defer { writer.close() }
        try await receive(into: writer, exchange)
    }

    private func finish(
        _ upload: BlobUpload, as digest: Digest, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        let writer = try writer(of: upload)
        defer { writer.close() }
        try await receive(into: writer, exchange)
        guard try await disk.run({ try store.finish(writer, as: digest, in: name) }) else {
            throw RegistryError.wrongDigest(digest)
        }
        return created(digest, name)
    }

    private func writer(of upload: BlobUpload) throws -> UploadWriter {
        guard let writer = try store.writer(of: upload) else {
            throw RegistryError(
                .conflict, .blobUploadInvalid, "another request is writing to this upload")
        }
        return writer
    }

    /// Takes the body, if it is the next that the session lacks.
    private func receive(into writer: UploadWriter, _ exchange: Exchange) async throws {
        let range = try exchange.headers[.contentRange].map { field in
            guard let range = ChunkRange(field) else {
                throw RegistryError(
                    .badRequest, .blobUploadInvalid, "Content-Range is not START-END")
            }
            return range
        }
        if let range {
            guard range.start == writer.upload.count else {
                throw RegistryError(
                    .rangeNotSatisfiable, .blobUploadInvalid,
                    "the next chunk starts at \(writer.upload.count)",
                    headers: status(writer.upload))
            }
            if let length = exchange.contentLength, length != range.end - range.start + 1 {
                throw RegistryError(
                    .badRequest, .sizeInvalid, "Content-Length and Content-Range differ")
            }
        }
        let before = writer.upload.count
        do {
            try await BlobReception.receive(exchange.request.body, into: writer, disk: disk)
        } catch let error as StoreError {
            // Nobody can go on with it, and a full disk needs its room.
            try? await disk.run { try store.cancel(writer.upload) }
            throw error
        }
        if let length = exchange.contentLength, writer.upload.count - before != length {
            throw RegistryError(
                .badRequest, .sizeInvalid, "the connection ended before the content did",
                headers: status(writer.upload))
        }
        if let range, writer.upload.count != range.end + 1 {
            throw RegistryError(
                .badRequest, .sizeInvalid, "the chunk is not as long as Content-Range says",
                headers: status(writer.upload))
        }
    }

    /// Where a session is and how far. An empty one says `0-0` too: the field cannot say "nothing".
    private func status(_ upload: BlobUpload) -> HTTPFields {
        [
            .location: "/v2/\(upload.repository)/blobs/uploads/\(upload.identifier)",
            .range: "0-\(max(upload.count, 1) - 1)",
            .dockerUploadUUID: upload.identifier,
        ]
    }

    private func algorithm(_ exchange: Exchange) throws -> Digest.Algorithm? {
        try exchange.query["digest-algorithm"].map { text in
            guard let algorithm = Digest.Algorithm(rawValue: text) else {
                throw RegistryError(
                    .badRequest, .digestInvalid, "the digest algorithms are sha256 and sha512")
            }
            return algorithm
        }
    }
}

func + (left: HTTPFields, right: HTTPFields) -> HTTPFields {
    var fields = left
    fields.append(contentsOf: right)
    return fields
}
