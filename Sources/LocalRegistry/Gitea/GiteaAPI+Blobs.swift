import HTTPTypes
import HummingbirdCore
import OCIRegistry

extension GiteaAPI {
    /// GET, HEAD and DELETE of a blob. Ranges and conditions are ignored.
    func blob(
        _ text: String, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        let digest = try? Digest(parsing: text)
        switch exchange.method {
        case .get, .head:
            guard let digest else { throw RegistryError.blobUnknown }
            if let blob = try await store.blob(digest, in: name, for: exchange, disk) {
                return try response(blob, digest, name, exchange)
            }
            // A manifest is a blob too.
            guard let stored = try store.manifest(digest, in: name) else {
                throw RegistryError.blobUnknown
            }
            return try ManifestDelivery.response(stored, to: exchange)
        case .delete:
            guard let digest else { throw RegistryError.blobUnknown }
            try await disk.run { try store.deleteFromVersions(digest, of: name) }
            return .empty(.accepted)
        default: throw RegistryError.notRouted
        }
    }

    private func response(
        _ blob: StoredBlob, _ digest: Digest, _ name: RepositoryName, _ exchange: Exchange
    ) throws -> Response {
        var headers: HTTPFields = [
            .dockerContentDigest: digest.description, .eTag: "\"\(digest)\"",
        ]
        if exchange.method == .get {
            headers[.contentType] = try store.mediaType(ofBlob: digest, in: name)
        }
        return Response(
            status: .ok, headers: headers,
            body: BlobDelivery.body(blob, 0..<blob.size, disk))
    }

    /// The answer when an image has got a blob.
    func created(_ digest: Digest, _ name: RepositoryName) -> Response {
        .empty(
            .created,
            [
                .location: "/v2/\(name)/blobs/\(digest)",
                .dockerContentDigest: digest.description,
                .eTag: "\"\(digest)\"",
            ])
    }
}
