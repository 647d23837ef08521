/// What a push did, as read back from the destination.
public struct PushReport: Sendable, Encodable {
    /// One blob of the image.
    public struct Blob: Sendable, Encodable {
        /// The blob's digest as stored.
        public let digest: Digest
        /// Its stored size in bytes.
        public let size: Int64
        /// The layer's uncompressed digest, where the source was a plain tar.
        public let diffID: Digest?
        /// How it came to be there.
        public let outcome: PushProgress.Outcome
    }

    /// One tag.
    public struct TagResult: Sendable, Encodable {
        /// The tag.
        public let tag: String
        /// The digest it had before, nil when it was new.
        public let before: Digest?
        /// The digest that it has now, as read back.
        public let after: Digest

        /// Whether it had to be written.
        public var moved: Bool { before != after }
    }

    /// The manifest or index at the top.
    public let digest: Digest
    /// Its media type.
    public let mediaType: MediaType
    /// Its size in bytes.
    public let size: Int64
    /// The platforms of the image or index.
    public let platforms: [String]
    /// The layers' uncompressed digests, from the lowest up, as an image's configuration has them; nil
    /// for an index, and for what has no such configuration.
    public let diffIDs: [Digest]?
    /// Its blobs, each once.
    public let blobs: [Blob]
    /// Its tags.
    public let tags: [TagResult]
}
