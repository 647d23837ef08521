import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry

/// Gitea's manifests. A tag owns its manifest.
extension GiteaAPI {
    /// Largest manifest taken, in bytes.
    static let manifestLimit = 10 << 20
    /// Largest configuration that 1.24 looks into, in bytes.
    private static let configLimit = 10 << 20

    func manifest(
        _ reference: String, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        switch exchange.method {
        case .get, .head: return try read(reference, name, exchange)
        case .put: return try await put(reference, name, exchange)
        case .delete: return try await delete(reference, name)
        default: throw RegistryError.notRouted
        }
    }

    private func read(
        _ reference: String, _ name: RepositoryName, _ exchange: Exchange
    ) throws -> Response {
        // A digest is the content's, never the name under which it was pushed.
        let digest: Digest? =
            switch VersionName(reference) {
            case .digest(let digest): digest
            case .tag(let tag): try store.version(.tag(tag), of: name)?.digest
            case nil: nil
            }
        guard let digest, let stored = try store.manifest(digest, in: name) else {
            throw RegistryError.manifestUnknown
        }
        return try ManifestDelivery.response(stored, to: exchange)
    }

    private func put(
        _ reference: String, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        guard let version = VersionName(reference) else {
            throw RegistryError.manifestInvalid("Tag is invalid")
        }
        let bytes = try await body(of: exchange)
        let manifest = try Self.manifest(bytes, exchange.headers[.contentType] ?? "")
        try await checkQuota(of: version, in: name)
        let fault = try await disk.run {
            if self.version == .v1_24 { try requireReadableConfig(of: manifest, in: name) }
            return try store.putVersion(
                manifest, as: version, in: name,
                self.version == .v1_25_0 ? .keepsRow : .replaces)
        }
        if let fault { throw refusal(fault) }
        return .empty(
            .created,
            [
                .location: "/v2/\(name)/manifests/\(reference)",
                .dockerContentDigest: manifest.digest.description,
                .eTag: "\"\(manifest.digest)\"",
            ])
    }

    /// Reads as much as may be, whatever `Content-Length` says, and refuses then: so a client that does
    /// not look for an answer while it sends gets to see this one.
    private func body(of exchange: Exchange) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in exchange.request.body {
            bytes.append(contentsOf: part.readableBytesView)
            guard bytes.count <= Self.manifestLimit else {
                throw RegistryError.manifestInvalid(
                    "Manifest exceeds maximum size", .contentTooLarge)
            }
        }
        return bytes
    }

    private func delete(_ reference: String, _ name: RepositoryName) async throws -> Response {
        let version = VersionName(reference)
        let deleted = try await disk.run {
            switch version {
            case .digest(let digest): try store.deleteVersions(of: digest, from: name)
            case .tag(let tag): try store.deleteVersion(.tag(tag), from: name)
            case nil: false
            }
        }
        guard deleted else { throw RegistryError.manifestUnknown }
        return .empty(.accepted)
    }

    /// What a document says, in the order in which Gitea looks at it.
    static func manifest(_ bytes: [UInt8], _ contentType: String) throws -> PackageManifest {
        struct Probe: Decodable {
            let schemaVersion: Int?
            let mediaType: String?
        }
        let silent = RegistryError.silent(.internalServerError)
        guard let probe = try? JSON.decode(Probe.self, from: bytes, what: "") else { throw silent }
        guard probe.schemaVersion == 2 else {
            throw RegistryError.gitea(
                .notImplemented, .unsupported, "Schema version is not supported")
        }
        let isOfRegistries = { (type: String) in
            type.hasPrefix("application/vnd.docker.") || type.hasPrefix("application/vnd.oci.")
        }
        guard
            let type = [contentType, probe.mediaType ?? ""].first(where: isOfRegistries)
        else { throw RegistryError.manifestInvalid("MediaType not recognized") }
        guard let kind = PackageManifest.Kind(type) else { throw RegistryError.manifestInvalid() }
        guard let manifest = try? PackageManifest(bytes: bytes, mediaType: type, kind: kind) else {
            throw silent
        }
        // No index within an index, and nothing but manifests.
        for child in manifest.children {
            guard case .image = child.mediaType.flatMap(PackageManifest.Kind.init) else {
                throw RegistryError.manifestInvalid()
            }
        }
        return manifest
    }

    /// Up to 1.24 a configuration has to be a JSON document.
    private func requireReadableConfig(
        of manifest: PackageManifest, in name: RepositoryName
    ) throws {
        struct Document: Decodable {}
        guard let digest = manifest.blobs.first?.content,
            let blob = try store.blob(digest, in: name)
        else { return }
        let bytes = try blob.read(at: 0, count: Int(min(blob.size, Int64(Self.configLimit))))
        guard (try? JSON.decode(Document.self, from: bytes, what: "")) != nil else {
            throw RegistryError.silent(.internalServerError)
        }
    }

    /// 1.25.0 loses the reason when it is found while the content is gone through.
    private func refusal(_ fault: PackageFault) -> RegistryError {
        switch fault {
        case .noConfig: .blobUnknown
        case _ where version == .v1_25_0: .silent(.internalServerError)
        case .noLayer: .blobUnknown
        case .otherSize: .gitea(.badRequest, .sizeInvalid)
        case .noChild: .gitea(.notFound, .manifestBlobUnknown)
        }
    }
}
