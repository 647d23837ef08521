import FoundationEssentials
import ImageTags
import OCIRegistry

/// What an image is, as far as rules go: read from its source before anything is pushed.
struct SourceImage: Sendable {
    /// What pushing does not change.
    enum Identity: Sendable, Hashable {
        /// The manifest or index, which is copied as it is.
        case manifest(Digest)
        /// The configuration, where the manifest is made on the way: what engines call the image's ID.
        case config(Digest)
    }

    /// One image: the only one, or one of an index.
    struct Part: Sendable {
        /// What the index says that it is for.
        var declared: Platform?
        /// The digest of its configuration.
        var configDigest: Digest
        /// Its configuration; nil for an artifact that has no image's.
        var config: ImageConfig?

        /// What it is for.
        var platform: Platform? { declared ?? config?.platform }
    }

    /// What pushing does not change.
    var identity: Identity
    /// The annotations of the manifest or index at the top.
    var annotations: [String: String] = [:]
    /// Its images; attestations are none.
    var parts: [Part]

    /// The only image; nil for an index.
    var single: Part? { isIndex ? nil : parts.first }
    /// Whether it is an index.
    var isIndex = false

    /// When its youngest image was made.
    var created: Date? { parts.compactMap { Timestamp.parse($0.config?.created) }.max() }

    /// What there is of an image, without an image.
    init(_ identity: Identity, parts: [Part]) {
        self.identity = identity
        self.parts = parts
    }

    /// Reads an image, or the part of an index that is for a platform. Throws ``OCIError``.
    init(_ opened: OpenedImage, platform: Platform?) async throws {
        switch opened {
        case .unpacked(let image):
            let digest = try await image.configDigest
            let config = try ImageConfig(bytes: try await image.config())
            self.init(.config(digest), parts: [Part(configDigest: digest, config: config)])
        case .packed(let image):
            let top = try await image.select(platform)
            self.init(.manifest(top.digest), parts: [])
            switch top.view {
            case .image(let view): annotations = view.annotations ?? [:]
            case .index(let view):
                annotations = view.annotations ?? [:]
                isIndex = true
            }
            try await add(top, declared: nil, of: image, depth: 0)
        }
    }

    private mutating func add(
        _ manifest: Manifest, declared: Platform?, of image: any PackedImage, depth: Int
    ) async throws {
        guard depth <= Manifest.nestingLimit, parts.count < 1000 else {
            throw OCIError(.badData, "the image's indexes nest too deep or name too much")
        }
        switch manifest.view {
        case .image(let view):
            let isImage = [.ociConfig, .dockerConfig].contains(view.config.mediaType)
            let config =
                isImage
                ? try ImageConfig(bytes: try await image.configuration(of: view)) : nil
            parts.append(
                Part(declared: declared, configDigest: view.config.digest, config: config))
        case .index(let index):
            for child in index.manifests
            where child.mediaType.isManifest && child.platform?.isUnknown != true {
                try await add(
                    try await image.load(child), declared: child.platform, of: image,
                    depth: depth + 1)
            }
        }
    }

    /// Throws ``OCIError`` (bad data) where something else was pushed than what was read here.
    func expect(_ report: PushReport) throws(OCIError) {
        let isSame =
            switch identity {
            case .manifest(let digest): report.digest == digest
            case .config(let digest): report.blobs.contains { $0.digest == digest }
            }
        guard isSame else {
            throw OCIError(
                .badData, "the source is another image than when it was checked",
                advice: "somebody made it anew meanwhile: run again; no tag was moved")
        }
    }
}

/// Times as image configurations have them.
enum Timestamp {
    /// The moment that a text of RFC 3339 names; nil where it names none.
    static func parse(_ text: String?) -> Date? {
        guard let text else { return nil }
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? Date(text, strategy: fractional)) ?? (try? Date(text, strategy: .iso8601))
    }
}
