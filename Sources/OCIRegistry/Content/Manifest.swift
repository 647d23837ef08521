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
        let document = try JSON.decode(Document.self, from: bytes, what: "the manifest")
        if document.schemaVersion == 1 || declared == .dockerSchema1
            || declared == .dockerSchema1Signed
        {
            throw OCIError(
                .badData, "the image has a Docker schema 1 manifest, which is no longer in use",
                advice: "rebuild the image, or pull and push it once with a current Docker")
        }
        let known = declared.flatMap { $0.isManifest ? $0 : nil }
        if let inside = document.mediaType, let known, inside != known {
            throw OCIError(
                .badData, "the manifest says it is \(inside) but was served as \(known)")
        }
        let guessed: MediaType? =
            document.manifests != nil ? .ociIndex : document.config != nil ? .ociManifest : nil
        guard let type = document.mediaType ?? known ?? guessed, type.isManifest else {
            throw OCIError(
                .badData,
                "'\(document.mediaType ?? declared ?? .octetStream)' is not a manifest's media type"
            )
        }
        if type.isIndex && (document.layers != nil || document.config != nil)
            || type.isImageManifest && document.manifests != nil
        {
            throw OCIError(
                .badData, "the manifest mixes the fields of an image with those of an index")
        }
        self.view = try type.isIndex ? .index(document.index()) : .image(document.image())
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

/// All that a manifest of any kind may hold, read in one pass.
private struct Document: Decodable {
    var schemaVersion: Int?
    var mediaType: MediaType?
    var artifactType: String?
    var manifests: [Descriptor]?
    var config: Descriptor?
    var layers: [Descriptor]?
    var subject: Descriptor?
    var annotations: [String: String]?

    /// The view of an image.
    func image() throws(OCIError) -> Manifest.Image {
        guard let schemaVersion, let config, let layers else {
            throw lacks(
                schemaVersion == nil ? "schemaVersion" : config == nil ? "config" : "layers")
        }
        var image = Manifest.Image(
            mediaType: .ociManifest, config: config, layers: layers, artifactType: artifactType,
            subject: subject, annotations: annotations)
        image.schemaVersion = schemaVersion
        image.mediaType = mediaType
        return image
    }

    /// The view of an index.
    func index() throws(OCIError) -> Manifest.Index {
        guard let schemaVersion, let manifests else {
            throw lacks(schemaVersion == nil ? "schemaVersion" : "manifests")
        }
        var index = Manifest.Index(mediaType: .ociIndex, manifests: manifests)
        index.schemaVersion = schemaVersion
        index.mediaType = mediaType
        index.artifactType = artifactType
        index.subject = subject
        index.annotations = annotations
        return index
    }

    private func lacks(_ name: String) -> OCIError {
        OCIError(.badData, "the manifest is not valid: the document lacks '\(name)'")
    }
}
