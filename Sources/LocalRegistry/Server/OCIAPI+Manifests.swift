import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry

/// OCI distribution-spec, "Pulling manifests", "Pushing Manifests", "Deleting Manifests" and "Deleting
/// tags".
extension OCIAPI {
    func manifest(
        _ reference: String, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        switch exchange.method {
        case .get, .head: return try read(reference, name, exchange)
        case .put: return try await put(reference, name, exchange)
        case .delete: return try await delete(reference, name)
        default: throw RegistryError.notAllowed("GET, HEAD, PUT, DELETE")
        }
    }

    private func read(
        _ reference: String, _ name: RepositoryName, _ exchange: Exchange
    ) throws -> Response {
        let unknown = RegistryError(
            .notFound, .manifestUnknown, "'\(name)' has no manifest '\(reference.prefix(200))'")
        let digest: Digest
        if reference.contains(":") {
            digest = try Self.digest(reference)
        } else {
            guard let tag = try? Tag(reference), let named = try store.resolve(tag, in: name) else {
                throw unknown
            }
            digest = named
        }
        guard let stored = try store.manifest(digest, in: name) else { throw unknown }
        return try ManifestDelivery.response(stored, to: exchange)
    }

    private func put(
        _ reference: String, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        let digest = reference.contains(":") ? try Self.digest(reference) : nil
        let tags =
            try digest == nil ? [Self.tag(reference)] : exchange.query.all("tag").map(Self.tag)
        let bytes = try await exchange.body(limit: Self.manifestLimit)
        let manifest: Manifest
        do {
            manifest = try Manifest(
                bytes: bytes,
                declared: exchange.headers[.contentType].map { MediaType(rawValue: $0) },
                algorithm: digest?.algorithm ?? .sha256)
        } catch {
            throw RegistryError(.badRequest, .manifestInvalid, error.message)
        }
        if let digest, manifest.digest != digest { throw RegistryError.wrongDigest(digest) }
        let missing = try await disk.run {
            try store.put(manifest, tags: tags, in: name, complete: !acceptsSparse)
        }
        if let missing {
            throw RegistryError(
                .notFound, .manifestBlobUnknown, "'\(name)' does not have \(missing)")
        }
        var headers: HTTPFields = [
            .location: "/v2/\(name)/manifests/\(manifest.digest)",
            .dockerContentDigest: manifest.digest.description,
        ]
        headers[.ociSubject] = manifest.subject?.digest.description
        if digest != nil, !tags.isEmpty {
            headers[.ociTag] = tags.map(\.description).joined(separator: ", ")
        }
        return .empty(.created, headers)
    }

    private func delete(_ reference: String, _ name: RepositoryName) async throws -> Response {
        let deleted: Bool
        if reference.contains(":") {
            let digest = try Self.digest(reference)
            deleted = try await disk.run { try store.deleteManifest(digest, from: name) }
        } else {
            let tag = try? Tag(reference)
            deleted = try await disk.run {
                try tag.map { try store.deleteTag($0, from: name) } ?? false
            }
        }
        guard deleted else {
            throw RegistryError(
                .notFound, .manifestUnknown, "'\(name)' has no manifest '\(reference.prefix(200))'")
        }
        return .empty(.accepted)
    }

    static func tag(_ text: String) throws -> Tag {
        do { return try Tag(text) } catch {
            throw RegistryError(.badRequest, .manifestInvalid, error.message)
        }
    }
}

/// A manifest on its way out.
enum ManifestDelivery {
    /// Answers GET and HEAD with the bytes and type that were pushed.
    static func response(
        _ stored: borrowing StoredManifest, to exchange: Exchange
    ) throws -> Response {
        let headers: HTTPFields = [
            .contentType: stored.mediaType.rawValue,
            .contentLength: "\(stored.size)",
            .dockerContentDigest: stored.digest.description,
            .eTag: "\"\(stored.digest)\"",
        ]
        guard exchange.method == .get else { return .empty(.ok, headers) }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try stored.bytes())))
    }
}
