/// Puts an image in place, bottom-up: blobs, then manifests by digest, then tags; each tag is
/// read back and compared before success is reported.
public struct Pusher: Sendable {
    /// How images are pushed.
    public struct Options: Sendable {
        /// The tags to point at the image, in this order.
        public var tags: [Tag] = []
        /// How layers are compressed that come as plain tar archives.
        public var compression = Compression.defaultGzip
        /// Whether a manifest that is made here is of Docker's schema 2 rather than OCI's.
        public var dockerFormat = false
        /// Which image of an index to push; nil pushes the whole index.
        public var platform: Platform?
        /// Other repositories of the registry that may have the layers.
        public var mountFrom: [RepositoryName] = []
        /// Blobs in flight at a time.
        public var parallel = 4
        /// The most bytes that a request may carry; nil for no bound.
        public var chunkSize: Int?
        /// Whether layers are looked for in what the destination serves under any tag.
        public var reuse = true
        /// Tags whose images are the likeliest to have the layers: they are looked at first, beside those
        /// that are to be written.
        public var likely: [Tag] = []

        /// The defaults.
        public init() {}
    }

    let options: Options
    let progress: PushProgress.Sink

    /// A pusher that reports to `progress`.
    public init(options: Options = Options(), progress: @escaping PushProgress.Sink = { _ in }) {
        self.options = options
        self.progress = progress
    }

    /// The same pusher with other options.
    public func with(_ options: Options) -> Pusher { Pusher(options: options, progress: progress) }

    /// The same pusher for what gets no tag, and is pushed for all its platforms.
    public func untagged() -> Pusher {
        var options = options
        options.tags = []
        options.platform = nil
        return with(options)
    }

    /// Pushes an image to a repository.
    ///
    /// Throws ``OCIError``, having moved no tag unless the failure was in moving tags.
    public func push(_ image: OpenedImage, to repository: Repository) async throws -> PushReport {
        switch image {
        case .packed(let image):
            try await copy(
                image, to: RepositoryTarget(repository, chunkSize: options.chunkSize))
        case .unpacked(let image):
            try await UnpackedPush(
                image: image, repository: repository, options: options, progress: progress
            ).run()
        }
    }

    /// Copies an image in registry form, byte for byte, to a repository or layout.
    public func copy(_ image: any PackedImage, to target: any ContentTarget) async throws
        -> PushReport
    {
        try await PackedPush(image: image, target: target, options: options, progress: progress)
            .run()
    }
}
