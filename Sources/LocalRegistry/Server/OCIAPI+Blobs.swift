import HTTPTypes
import HummingbirdCore
import OCIRegistry

extension OCIAPI {
    /// GET, HEAD and DELETE of a blob. OCI distribution-spec, "Pulling blobs", "Deleting Blobs".
    func blob(
        _ digest: Digest, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        switch exchange.method {
        case .get, .head:
            guard let blob = try await store.blob(digest, in: name, for: exchange, disk) else {
                throw RegistryError.unknownBlob(digest, name)
            }
            return BlobDelivery.response(blob, digest, to: exchange, disk: disk)
        case .delete:
            guard try await disk.run({ try store.deleteBlob(digest, from: name) }) else {
                throw RegistryError.unknownBlob(digest, name)
            }
            return .empty(.accepted, [.dockerContentDigest: digest.description])
        default: throw RegistryError.notAllowed("GET, HEAD, DELETE")
        }
    }

    /// The answer when a repository has got a blob.
    func created(_ digest: Digest, _ name: RepositoryName) -> Response {
        .empty(
            .created,
            [
                .location: "/v2/\(name)/blobs/\(digest)",
                .dockerContentDigest: digest.description,
            ])
    }
}

extension Store {
    /// The blob that a GET or HEAD asks for. Who asks with HEAD is about to name it in a manifest.
    func blob(
        _ digest: Digest, in name: RepositoryName, for exchange: Exchange, _ disk: DiskPool
    ) async throws -> StoredBlob? {
        guard let blob = try blob(digest, in: name) else { return nil }
        guard exchange.method == .head else { return blob }
        return try await disk.run { try self.keep(digest, in: name) } ? blob : nil
    }
}

extension RegistryError {
    static func unknownBlob(_ digest: Digest, _ name: RepositoryName) -> RegistryError {
        RegistryError(.notFound, .blobUnknown, "'\(name)' has no blob \(digest)")
    }

    static func wrongDigest(_ digest: Digest) -> RegistryError {
        RegistryError(.badRequest, .digestInvalid, "the content's digest is not \(digest)")
    }
}
