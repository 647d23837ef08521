public import FoundationEssentials
public import OCIRegistry

/// What is recorded of a job: who it was, which image it ran in, what it made.
public struct RunRecord: Sendable, Hashable {
    /// What a record tells of.
    public enum Phase: String, Sendable, Codable {
        /// That the job began, and in which image.
        case started
        /// What it has published.
        case finished
    }

    /// An image that the job published.
    public struct Publication: Sendable, Hashable, Codable {
        /// `HOST/REPOSITORY`.
        public var repository: String
        /// The index or manifest.
        public var digest: Digest
        /// Its type.
        public var mediaType: MediaType?
        /// Its bytes.
        public var size: Int64?
        /// The tags that it was published under.
        public var tags: [String]
        /// The image's baked identity, where it has one.
        public var identity: String?

        /// A publication.
        public init(
            repository: String, digest: Digest, mediaType: MediaType? = nil, size: Int64? = nil,
            tags: [String] = [], identity: String? = nil
        ) {
            self.repository = repository
            self.digest = digest
            self.mediaType = mediaType
            self.size = size
            self.tags = tags
            self.identity = identity
        }
    }

    /// What it tells of.
    public var phase: Phase
    /// The job.
    public var run: RunIdentity
    /// The image that the job ran in.
    public var builder: BuilderEvidence
    /// What the job published.
    public var published: [Publication] = []
    /// Images that what was published was made on: `HOST/REPOSITORY@DIGEST`.
    public var bases: [Reference] = []
    /// `HOST/REPOSITORY` of the ledger that it is for.
    public var ledger: String
    /// When the job began, to the second.
    public var started: Date
    /// When the record was finished.
    public var finished: Date?
    /// The tag of the record that this one goes on from.
    public var previous: Tag?

    /// The record of a job's beginning.
    public init(run: RunIdentity, builder: BuilderEvidence, ledger: String, started: Date) {
        phase = .started
        self.run = run
        self.builder = builder
        self.ledger = ledger
        self.started = Self.second(started)
    }

    /// The record that goes on from this one, which stands under `tag`, with what was published. What
    /// was found out about the builder is taken over: it says what ran, whatever the tag names by now.
    public func finished(
        _ published: [Publication], bases: [Reference] = [], at time: Date, previous tag: Tag
    ) -> RunRecord {
        var record = self
        record.phase = .finished
        record.published = published
        record.bases = bases
        record.finished = Self.second(time)
        record.previous = tag
        return record
    }

    /// A moment as statements have it.
    private static func second(_ time: Date) -> Date {
        Date(timeIntervalSince1970: time.timeIntervalSince1970.rounded(.down))
    }

    /// Every digest in a registry that it names: of the builder, and of what was published.
    public var digests: Set<Digest> { Set(builder.digests + published.map(\.digest)) }
}
