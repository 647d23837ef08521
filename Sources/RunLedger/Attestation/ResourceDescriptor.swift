public import OCIRegistry

/// Something that a statement is about or rests on. in-toto attestation v1, resource_descriptor.md.
public struct ResourceDescriptor: Sendable, Hashable, Codable {
    /// What it is called among its like.
    public var name: String?
    /// Where it is.
    public var uri: String?
    /// Its digests, by algorithm; `gitCommit` for a commit.
    public var digest: [String: String]?
    /// Its type.
    public var mediaType: String?
    /// Anything else.
    public var annotations: [String: JSONValue]?

    /// Puts a descriptor together.
    public init(
        name: String? = nil, uri: String? = nil, digest: [String: String]? = nil,
        mediaType: String? = nil, annotations: [String: JSONValue]? = nil
    ) {
        self.name = name
        self.uri = uri
        self.digest = digest
        self.mediaType = mediaType
        self.annotations = annotations
    }

    /// Something in a repository of a registry.
    public init(
        name: String?, image repository: String, _ digest: Digest, mediaType: MediaType? = nil,
        annotations: [String: JSONValue]? = nil
    ) {
        self.init(
            name: name, uri: "oci://\(repository)@\(digest)",
            digest: [digest.algorithm.rawValue: digest.hex], mediaType: mediaType?.rawValue,
            annotations: annotations)
    }

    /// The digest of content in a registry, where it has one.
    public var contentDigest: Digest? {
        for algorithm in Digest.Algorithm.allCases {
            if let hex = digest?[algorithm.rawValue], let found = Digest(algorithm, hex: hex) {
                return found
            }
        }
        return nil
    }

    /// `HOST/REPOSITORY` of content in a registry.
    public var repository: String? {
        guard let uri, uri.hasPrefix("oci://"), let at = uri.lastIndex(of: "@") else { return nil }
        return String(uri[..<at].dropFirst("oci://".count))
    }
}
