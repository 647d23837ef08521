@testable import OCIRegistry

/// The media types of the suite's content.
enum ContentType {
    static let manifest = MediaType.ociManifest.rawValue
    static let index = MediaType.ociIndex.rawValue
    static let config = MediaType.ociConfig.rawValue
    static let layer = MediaType.ociLayer.rawValue
    static let gzipLayer = MediaType.ociLayerGzip.rawValue
    static let foreignLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar"
    static let foreignGzipLayer = foreignLayer + "+gzip"
    static let emptyJSON = "application/vnd.oci.empty.v1+json"
    static let first = "application/vnd.example.oci.conformance.v1"
    static let second = "application/vnd.example.oci.conformance.v2"
}

/// A descriptor with every field that the suite writes or reads. OCI image-spec, descriptor.md.
struct Pointer: Sendable, Codable, Hashable {
    var mediaType: String
    var digest: Digest
    var size: Int
    var artifactType: String?
    var annotations: [String: String]?
    var urls: [String]?
    /// The content itself, in base64.
    var data: String?
    var platform: [String: String]?
}

/// A manifest or an index with every field that the suite writes or reads.
struct Paper: Sendable, Codable {
    var schemaVersion = 2
    var mediaType: String?
    var artifactType: String?
    var config: Pointer?
    var layers: [Pointer]?
    var manifests: [Pointer]?
    var subject: Pointer?
    var annotations: [String: String]?
    /// A field that no specification knows.
    var custom: String?

    private enum CodingKeys: String, CodingKey {
        case schemaVersion, mediaType, artifactType, config, layers, manifests, subject
        case annotations
        case custom = "org.example.custom"
    }
}

/// A blob and its digest.
struct Blob: Sendable {
    var bytes: [UInt8]
    var digest: Digest
}

/// A manifest or an index as it is pushed.
struct Document: Sendable {
    var bytes: [UInt8]
    var digest: Digest
    var mediaType: String
    var tags: [String] = []
    var subject: Digest?
    /// How a list of referrers shows it.
    var entry: Pointer

    /// A descriptor of it, for an index or a subject.
    var pointer: Pointer {
        Pointer(mediaType: mediaType, digest: digest, size: bytes.count)
    }
}

/// Blobs and documents that belong together, in the order of pushing.
struct Content: Sendable {
    var blobs: [Blob] = []
    var documents: [Document] = []
    /// Whether tags are pushed with the digest, as `tag` parameters.
    var tagsWithDigest = false

    /// All tags.
    var tags: [String] { documents.flatMap(\.tags) }

    /// The entries that the list of referrers of each subject has.
    var referrers: [Digest: [Pointer]] {
        Dictionary(
            grouping: documents.filter { $0.subject != nil }, by: { $0.subject ?? $0.digest }
        ).mapValues { $0.map(\.entry) }
    }
}
