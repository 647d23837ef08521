import OCIRegistry

/// A manifest with what Gitea reads of it. ``Manifest`` is stricter than Gitea.
struct PackageManifest: Sendable {
    /// What a manifest names.
    struct Reference: Sendable, Decodable {
        let mediaType: String?
        /// As written; what is no digest names nothing.
        let digest: String?
        let size: Int64?

        /// What is named, if it can be at all: Gitea knows content by SHA-256 alone.
        var content: Digest? {
            let parsed = digest.flatMap { try? Digest(parsing: $0) }
            return parsed.flatMap { $0.algorithm == .sha256 ? $0 : nil }
        }
    }

    /// What a manifest is by its media type.
    enum Kind: Sendable {
        case image, index

        /// Nil for what is neither.
        init?(_ mediaType: String) {
            let type = MediaType(rawValue: mediaType.lowercased())
            guard type.rawValue == mediaType.lowercased() else { return nil }
            guard type.isManifest else { return nil }
            self = type.isIndex ? .index : .image
        }
    }

    let bytes: [UInt8]
    /// As it was pushed.
    let mediaType: String
    let digest: Digest
    let kind: Kind
    /// The configuration, where there is one, then the layers.
    let blobs: [Reference]
    let children: [Reference]

    /// Reads a manifest of a known type. Throws ``OCIError`` (bad data).
    init(bytes: [UInt8], mediaType: String, kind: Kind) throws(OCIError) {
        struct Document: Decodable {
            let config: Reference?
            let layers: [Reference]?
            let manifests: [Reference]?
        }
        let document = try JSON.decode(Document.self, from: bytes, what: "the manifest")
        self.bytes = bytes
        self.mediaType = mediaType
        self.kind = kind
        digest = SHA2.digest(of: bytes)
        let none = Reference(mediaType: nil, digest: nil, size: nil)
        blobs = kind == .image ? [document.config ?? none] + (document.layers ?? []) : []
        children = kind == .index ? document.manifests ?? [] : []
    }

    /// Reads back a manifest that is stored; nil when it is none of Gitea's.
    init?(_ stored: borrowing StoredManifest) throws(StoreError) {
        let type = stored.mediaType.rawValue
        guard let kind = Kind(type),
            let manifest = try? PackageManifest(
                bytes: stored.bytes(), mediaType: type, kind: kind)
        else { return nil }
        self = manifest
    }
}
