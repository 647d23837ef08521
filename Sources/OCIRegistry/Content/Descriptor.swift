/// What some content is and how to know it: type, digest, size. OCI image-spec, descriptor.md.
public struct Descriptor: Sendable, Hashable, Codable {
    /// The content's type.
    public var mediaType: MediaType
    /// The content's digest.
    public var digest: Digest
    /// The content's size in bytes.
    public var size: Int64
    /// Where else the content may be had.
    public var urls: [String]?
    /// Free-form properties.
    public var annotations: [String: String]?
    /// The platform, on a manifest within an index.
    public var platform: Platform?
    /// The artifact's type, on a manifest within an index.
    public var artifactType: String?
    /// The content itself in base 64, where it is small.
    public var data: String?

    /// Puts a descriptor together.
    public init(
        mediaType: MediaType, digest: Digest, size: Int64, annotations: [String: String]? = nil,
        platform: Platform? = nil, artifactType: String? = nil, data: String? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.platform = platform
        self.artifactType = artifactType
        self.data = data
    }
}
