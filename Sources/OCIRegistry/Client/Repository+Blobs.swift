import HTTPTypes

extension Repository {
    /// The size of a blob; nil when the registry has none of that digest.
    /// OCI distribution-spec, end-2.
    public func blobSize(_ digest: Digest) async throws -> Int64? {
        let path = "blobs/\(digest)"
        return try await retrying("\(reference)@\(digest)") { _ in
            let response = try await send(.head, path)
            switch response.status {
            case 200: return response.head.headerFields[.contentLength].flatMap { Int64($0) } ?? -1
            case 404: return nil
            default: throw failure(.head, path, response)
            }
        }
    }

    /// Whether a blob of this digest, and size where the registry tells it, is there.
    public func hasBlob(_ descriptor: Descriptor) async throws -> Bool {
        guard let size = try await blobSize(descriptor.digest) else { return false }
        return size == -1 || size == descriptor.size
    }

    /// Fetches a small blob into memory and checks its digest. OCI distribution-spec, end-2.
    ///
    /// Throws ``OCIError``: not found; bad data when it is too large or not what it should be.
    public func blob(_ digest: Digest, limit: Int) async throws -> [UInt8] {
        let path = "blobs/\(digest)"
        return try await retrying("\(reference)@\(digest)") { _ in
            let response = try await send(.get, path, delivery: .collect(limit: limit))
            guard response.status == 200 else { throw failure(.get, path, response) }
            let actual = SHA2.digest(of: response.body, digest.algorithm)
            guard actual == digest else {
                throw OCIError(.badData, "the registry served \(actual) for the blob \(digest)")
            }
            return response.body
        }
    }

    /// A blob's content as a stream; whoever reads it checks the digest.
    public func blobSource(_ digest: Digest) -> BlobSource {
        let path = "blobs/\(digest)"
        return BlobSource {
            do {
                let response = try await send(.get, path, delivery: .stream)
                guard response.status == 200, let stream = response.stream else {
                    throw failure(.get, path, response)
                }
                return stream
            } catch let error as OCIError {
                // Retries are the reader's, and it may be of another registry.
                var error = await client.explaining(error, scopes)
                error.subject = error.subject ?? "\(reference)@\(digest)"
                throw error
            }
        }
    }

    /// Asks for a blob of another repository of this registry; true when it is now here too.
    /// OCI distribution-spec, end-11.
    public func mount(_ digest: Digest, from source: RepositoryName) async throws -> Bool {
        let path = "blobs/uploads/?mount=\(digest)&from=\(source)"
        return try await retrying("\(reference)@\(digest)") { _ in
            let response = try await client.perform(
                RegistryRequest(
                    .post, .path("\(name)/\(path)"),
                    scopes: scopes + [.repository(source, .pull)]))
            switch response.status {
            case 201: return true
            case 202:
                // Not mounted: the registry opened an upload instead, which nobody will use.
                if let upload = try? await uploadLocation(response) { await cancel(upload) }
                return false
            // The other repository may be out of sight, or mounting out of the question.
            case 401, 403, 404, 405: return false
            default: throw failure(.post, path, response)
            }
        }
    }
}
