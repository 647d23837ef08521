public import OCIRegistry

/// What a registry says about an image.
public enum ImageState: Sendable, Hashable {
    /// An index, and the images in it by their platform. Attestations are no platforms.
    case index(Digest, platforms: [Platform: Digest])
    /// One image, for one platform where that is known.
    case image(Digest, Platform?)
    /// The registry was asked, and has no such tag or digest.
    case missing
    /// The registry could not be asked; with why, without a full stop.
    case unknown(String)

    /// The digest of what is there.
    public var digest: Digest? {
        switch self {
        case .index(let digest, _), .image(let digest, _): digest
        case .missing, .unknown: nil
        }
    }

    /// The digest to pin: the whole, or what of it is for a platform.
    func digest(for platform: Platform?) -> Digest? {
        guard let platform, case .index(_, let platforms) = self else { return digest }
        return platforms.filter { $0.key.satisfies(platform) }
            .min { $0.key.description < $1.key.description }?.value
    }
}

/// All that is known of the images that files use.
public struct ImageFacts: Sendable {
    /// What is known by tag, ``OCIRegistry/Reference/asTag``, and by digest,
    /// ``OCIRegistry/Reference/asDigest``.
    public var states: [Reference: ImageState] = [:]
    /// The tags that lead to an image, by ``OCIRegistry/Reference/asDigest``; only where all of them are
    /// known.
    public var holders: [Reference: Set<Tag>] = [:]
    /// Tags that move, as references by tag.
    public var rolling: Set<Reference> = []

    /// Knows nothing.
    public init() {}
}

extension Reference {
    /// The tag alone, `latest` where none is written; nil for a digest without a tag.
    public var asTag: Reference? {
        if tag == nil, digest != nil { return nil }
        guard let tag = tag ?? (try? Tag("latest")) else { return nil }
        return Reference(host: host, repository: repository, tag: tag)
    }

    /// The digest alone; nil where there is none.
    public var asDigest: Reference? { digest.map { with(digest: $0) } }
}
