/// A manifest or index: the exact bytes, which the digest is of, and a decoded view of them.
///
/// OCI image-spec, manifest.md and image-index.md.
public struct Manifest: Sendable, Equatable {
    /// What a manifest says.
    public enum View: Sendable, Equatable {
        /// An image or artifact: a configuration and layers.
        case image(Image)
        /// A list of manifests.
        case index(Index)
    }

    /// The decoded view of an image manifest.
    public struct Image: Sendable, Equatable, Codable {
        /// 2.
        public var schemaVersion: Int
        /// The document's own type; OCI lets it be left out.
        public var mediaType: MediaType?
        /// What kind of artifact it is, where it is no image.
        public var artifactType: String?
        /// The configuration.
        public var config: Descriptor
        /// The layers, from the lowest up.
        public var layers: [Descriptor]
        /// The manifest that this one is about.
        public var subject: Descriptor?
        /// Free-form properties.
        public var annotations: [String: String]?

        /// A new image manifest.
        public init(
            mediaType: MediaType, config: Descriptor, layers: [Descriptor],
            artifactType: String? = nil, subject: Descriptor? = nil,
            annotations: [String: String]? = nil
        ) {
            self.schemaVersion = 2
            self.mediaType = mediaType
            self.config = config
            self.layers = layers
            self.artifactType = artifactType
            self.subject = subject
            self.annotations = annotations
        }
    }

    /// The decoded view of an index or manifest list.
    public struct Index: Sendable, Equatable, Codable {
        /// 2.
        public var schemaVersion: Int
        /// The document's own type; OCI lets it be left out.
        public var mediaType: MediaType?
        /// What kind of artifact it is, where it is no image.
        public var artifactType: String?
        /// What it lists, usually one manifest a platform.
        public var manifests: [Descriptor]
        /// The manifest that this one is about.
        public var subject: Descriptor?
        /// Free-form properties.
        public var annotations: [String: String]?

        /// A new index.
        public init(mediaType: MediaType, manifests: [Descriptor]) {
            self.schemaVersion = 2
            self.mediaType = mediaType
            self.manifests = manifests
        }
    }

    /// The largest manifest that is read, in bytes.
    public static let sizeLimit = 10 << 20
    /// How deep indexes may nest.
    public static let nestingLimit = 8

    /// The bytes, exactly as stored.
    public let bytes: [UInt8]
    /// The type under which it is stored.
    public let mediaType: MediaType
    /// The digest of ``bytes``.
    public let digest: Digest
    /// What it says.
    public let view: View

    /// Reads a manifest. `declared` is the type a header or descriptor gave; the document's own
    /// `mediaType` decides where there is one and the two must agree.
    ///
    /// Throws ``OCIError``: bad data for a document that is not a manifest, is too large or is of
    /// Docker's schema 1.
    public init(
        bytes: [UInt8], declared: MediaType?, algorithm: Digest.Algorithm = .sha256
    ) throws(OCIError) {
        guard bytes.count <= Self.sizeLimit else {
            throw OCIError(.badData, "the manifest is larger than \(Self.sizeLimit) bytes")
        }
        struct Probe: Decodable {
            var schemaVersion: Int?
            var mediaType: MediaType?
            var manifests: [Ignored]?
            var layers: [Ignored]?
            var config: Ignored?
            struct Ignored: Decodable {}
        }
        let probe = try JSON.decode(Probe.self, from: bytes, what: "the manifest")
        if probe.schemaVersion == 1 || declared == .dockerSchema1
            || declared == .dockerSchema1Signed
        {
            throw OCIError(
                .badData, "the image has a Docker schema 1 manifest, which is no longer in use",
                advice: "rebuild the image, or pull and push it once with a current Docker")
        }
        let known = declared.flatMap { $0.isManifest ? $0 : nil }
        if let inside = probe.mediaType, let known, inside != known {
            throw OCIError(
                .badData, "the manifest says it is \(inside) but was served as \(known)")
        }
        let guessed: MediaType? =
            probe.manifests != nil ? .ociIndex : probe.config != nil ? .ociManifest : nil
        guard let type = probe.mediaType ?? known ?? guessed, type.isManifest else {
            throw OCIError(
                .badData,
                "'\(probe.mediaType ?? declared ?? .octetStream)' is not a manifest's media type")
        }
        if type.isIndex && (probe.layers != nil || probe.config != nil)
            || type.isImageManifest && probe.manifests != nil
        {
            throw OCIError(
                .badData, "the manifest mixes the fields of an image with those of an index")
        }
        self.view =
            type.isIndex
            ? .index(try JSON.decode(Index.self, from: bytes, what: "the index"))
            : .image(try JSON.decode(Image.self, from: bytes, what: "the manifest"))
        self.bytes = bytes
        self.mediaType = type
        self.digest = SHA2.digest(of: bytes, algorithm)
        for descriptor in references where descriptor.size < 0 {
            throw OCIError(.badData, "the manifest gives \(descriptor.digest) a negative size")
        }
    }

    /// A descriptor of this manifest.
    public var descriptor: Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }

    /// The manifests that it names, where it is an index.
    public var children: [Descriptor] {
        if case .index(let index) = view { index.manifests } else { [] }
    }

    /// The blobs that it names, where it is an image: configuration first, then layers in order.
    public var blobs: [Descriptor] {
        if case .image(let image) = view { [image.config] + image.layers } else { [] }
    }

    /// What it is about: the `subject` field.
    public var subject: Descriptor? {
        switch view {
        case .image(let image): image.subject
        case .index(let index): index.subject
        }
    }

    private var references: [Descriptor] { children + blobs }
}
