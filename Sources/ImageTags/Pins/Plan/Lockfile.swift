public import OCIRegistry

/// `images.lock`: which digest each image of the tree is pinned to, so that it can be checked without a
/// network. The same content gives the same bytes.
public struct Lockfile: Sendable, Hashable {
    /// One image.
    public struct Entry: Sendable, Hashable, Codable {
        /// The digest of the index, or of the image where there is none.
        public var digest: Digest
        /// The digests of the images by platform; one equal to `digest` where there is no index.
        public var platforms: [String: Digest]
        /// What uses it, by file. No line: it would change with everything above it.
        public var uses: [String: [ImageUse.Kind]]
        /// When it was last found to have changed, as RFC 3339.
        public var resolved: String

        var state: ImageState {
            var known: [Platform: Digest] = [:]
            for (name, digest) in platforms {
                if let platform = try? Platform(parsing: name) { known[platform] = digest }
            }
            if known.isEmpty { return .image(digest, nil) }
            if known.count == 1, let only = known.first, only.value == digest {
                return .image(digest, only.key)
            }
            return .index(digest, platforms: known)
        }
    }

    private struct Document: Codable {
        var images: [String: Entry]
        var version: Int
    }

    /// Bytes that a lockfile may have.
    public static let sizeLimit = 16 << 20
    private static let version = 1

    /// The images, by reference: `HOST/REPOSITORY:TAG`, or with the digest where there is no tag.
    public var images: [String: Entry]

    /// A lockfile.
    public init(images: [String: Entry] = [:]) { self.images = images }

    /// Reads one. Throws ``OCIError`` (bad data) for anything else.
    public init(parsing bytes: [UInt8], path: String = "images.lock") throws(OCIError) {
        guard bytes.count <= Self.sizeLimit else {
            throw OCIError(
                .badData, "the lockfile is larger than \(Self.sizeLimit) bytes", subject: path,
                advice: "remove it and run publisher pin")
        }
        let document = try JSON.decode(Document.self, from: bytes, what: path)
        guard document.version == Self.version else {
            throw OCIError(
                .badData, "the lockfile has version \(document.version), not \(Self.version)",
                subject: path, advice: "use the program that wrote it")
        }
        for key in document.images.keys {
            guard let reference = try? Reference(parsing: key), reference.description == key else {
                throw OCIError(
                    .badData, "'\(key.prefix(200))' in the lockfile is not a reference",
                    subject: path,
                    advice: "remove it and run publisher pin")
            }
        }
        images = document.images
    }

    /// The bytes to write, with a line end at the end.
    public var rendered: [UInt8] {
        JSON.encode(Document(images: images, version: Self.version), pretty: true) + [0x0a]
    }

    /// What it knows, for ``PinPlan/Mode/locked``, or to spare questions about pins.
    public var facts: ImageFacts {
        var facts = ImageFacts()
        for (key, entry) in images {
            guard let reference = try? Reference(parsing: key) else { continue }
            facts.states[reference] = entry.state
            facts.states[reference.with(digest: entry.digest)] = entry.state
        }
        return facts
    }

    /// What it knows of digests alone: what a digest is never changes, what a tag is does.
    public var digestFacts: ImageFacts {
        var facts = facts
        facts.states = facts.states.filter { $0.key.tag == nil }
        return facts
    }
}
