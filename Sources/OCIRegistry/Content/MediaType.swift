/// A media type, compared by its text. The constants are those of the OCI image specification
/// (media-types.md) and of Docker's image manifest version 2, schema 2.
public struct MediaType: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The type as it stands in documents and headers, without parameters.
    public let rawValue: String

    /// Takes a type as written; parameters after `;` are dropped.
    public init(rawValue: String) {
        let isPlain = rawValue.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ";") }
        guard !isPlain else {
            self.rawValue = rawValue
            return
        }
        let end = rawValue.firstIndex(of: ";") ?? rawValue.endIndex
        let trimmed = rawValue[..<end].split(whereSeparator: \.isWhitespace).joined()
        self.rawValue = trimmed
    }

    public var description: String { rawValue }

    private static func oci(_ name: String) -> MediaType {
        MediaType(rawValue: "application/vnd.oci.\(name)")
    }
    private static func docker(_ name: String) -> MediaType {
        MediaType(rawValue: "application/vnd.docker.\(name)")
    }

    public static let ociIndex = oci("image.index.v1+json")
    public static let ociManifest = oci("image.manifest.v1+json")
    public static let ociConfig = oci("image.config.v1+json")
    public static let ociLayer = oci("image.layer.v1.tar")
    public static let ociLayerGzip = oci("image.layer.v1.tar+gzip")
    public static let ociLayerZstd = oci("image.layer.v1.tar+zstd")

    public static let dockerList = docker("distribution.manifest.list.v2+json")
    public static let dockerManifest = docker("distribution.manifest.v2+json")
    public static let dockerConfig = docker("container.image.v1+json")
    public static let dockerLayerGzip = docker("image.rootfs.diff.tar.gzip")
    public static let dockerForeignLayer = docker("image.rootfs.foreign.diff.tar.gzip")
    /// Docker's first manifest format, which nothing here reads.
    public static let dockerSchema1 = docker("distribution.manifest.v1+json")
    public static let dockerSchema1Signed = docker("distribution.manifest.v1+prettyjws")

    public static let octetStream = MediaType(rawValue: "application/octet-stream")

    /// An index or a manifest list: a document that names manifests.
    public var isIndex: Bool { self == .ociIndex || self == .dockerList }
    /// A manifest of a single image or artifact.
    public var isImageManifest: Bool { self == .ociManifest || self == .dockerManifest }
    /// Any document that is pushed as a manifest.
    public var isManifest: Bool { isIndex || isImageManifest }
    /// A layer that registries do not serve (Windows base layers and the like).
    public var isNonDistributable: Bool {
        self == .dockerForeignLayer || rawValue.contains("layer.nondistributable.")
    }

    /// What a manifest request accepts: all that this library reads.
    public static let acceptedManifests = [
        ociManifest, ociIndex, dockerManifest, dockerList,
    ]
}

extension MediaType: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
