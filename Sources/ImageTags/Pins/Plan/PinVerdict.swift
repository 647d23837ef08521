public import OCIRegistry

/// How a use of an image stands.
public enum PinVerdict: Sendable, Hashable {
    /// Pinned to what it should be.
    case right
    /// Not pinned; with the digest to pin it to, where that is known.
    case unpinned(Digest?)
    /// Pinned to what the tag was; with what it is now.
    case stale(Digest)
    /// Pinned to what the registry no longer has.
    case dead
    /// Pinned to the image of one platform, where the tag has an index; with the index.
    case platformDigest(Platform?, index: Digest)
    /// Pinned to an index where a platform was asked for; with that platform's image.
    case indexDigest(platform: Digest)
    /// Pinned to what only tags hold that move, or none at all: when they move on, it can be deleted.
    case rollingOnly([Tag])
    /// The registry has no such tag.
    case missing
    /// The tag has nothing for the platform that was asked for.
    case noPlatform(Platform)
    /// The registry could not be asked; with why.
    case unresolved(String)
    /// Uses that share a place want different digests there.
    case conflict
    /// Not in the lockfile.
    case notLocked
    /// Nothing that can be pinned; with why.
    case skipped(SkipReason)

    /// Whether a check fails for it.
    public var isDifference: Bool {
        switch self {
        case .right: false
        case .skipped(let reason): reason.leavesImageUnpinned
        default: true
        }
    }
}

extension PinVerdict: CustomStringConvertible {
    /// The verdict for people, in a few words.
    public var description: String {
        switch self {
        case .right: "pinned"
        case .unpinned: "unpinned"
        case .stale(let digest): "stale: the tag is \(digest.short) now"
        case .dead: "dead: the registry no longer has this digest"
        case .platformDigest(let platform, let index):
            "pinned to \(platform.map { "\($0)" } ?? "one platform") only, the index is \(index.short)"
        case .indexDigest(let platform): "pinned to the index, the platform's is \(platform.short)"
        case .rollingOnly(let tags):
            tags.isEmpty
                ? "held by no tag: it can be deleted"
                : "held only by rolling \(tags.map(\.description).sorted().joined(separator: ", "))"
        case .missing: "the registry has no such tag"
        case .noPlatform(let platform): "the tag has no image for \(platform)"
        case .unresolved(let reason): "not resolved: \(reason)"
        case .conflict: "shares its place with another image: write them apart"
        case .notLocked: "not in the lockfile"
        case .skipped(let reason): "not pinned: \(reason)"
        }
    }
}
