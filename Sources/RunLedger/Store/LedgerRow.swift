public import FoundationEssentials
public import OCIRegistry

/// A record in short: what tables show and what is looked for.
public struct LedgerRow: Sendable, Hashable, Encodable {
    /// An image that was published.
    public struct Publication: Sendable, Hashable, Encodable {
        /// `HOST/REPOSITORY`.
        public var repository: String
        /// The index or manifest.
        public var digest: Digest
        /// The tags that it was published under.
        public var tags: [String]
    }

    /// The record's tag.
    public var tag: Tag
    /// What it tells of.
    public var phase: RunRecord.Phase
    /// When the job began.
    public var started: Date
    /// The run, attempt and job.
    public var run: String
    public var attempt: Int
    public var job: String
    /// The git repository and the commit.
    public var repository: String?
    public var revision: String?
    /// How well the builder is known, and how.
    public var grade: Grade
    public var method: BuilderEvidence.Method
    /// Whether ways to the builder lead to different images.
    public var isContradicted: Bool
    /// `HOST/REPOSITORY` of the builder.
    public var builder: String?
    public var index: Digest?
    public var manifest: Digest?
    public var config: Digest?
    /// What was published.
    public var published: [Publication]

    enum CodingKeys: String, CodingKey {
        case tag = "record"
        case phase, started, run, attempt, job, repository, revision, grade, method
        case isContradicted = "contradicted"
        case builder, index, manifest, config, published
    }

    /// The row of a record.
    public init(_ signed: SignedRecord) {
        let record = signed.record
        tag = signed.tag
        phase = record.phase
        started = record.started
        run = record.run.id
        attempt = record.run.attempt
        job = record.run.job
        repository = record.run.repositoryURL ?? record.run.repository
        revision = record.run.revision
        grade = record.builder.grade
        method = record.builder.method
        isContradicted = !record.builder.disagreements.isEmpty
        builder = record.builder.repository
        index = record.builder.index
        manifest = record.builder.manifest
        config = record.builder.config
        published = record.published.map {
            Publication(repository: $0.repository, digest: $0.digest, tags: $0.tags)
        }
    }

    /// The builder's index, else its manifest.
    public var builderDigest: Digest? { index ?? manifest }

    /// Whether the job ran in an image of any of these digests.
    public func used(_ digests: Set<Digest>) -> Bool {
        [index, manifest, config].contains { $0.map(digests.contains) ?? false }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("\(tag)", forKey: .tag)
        try container.encode(phase, forKey: .phase)
        try container.encode(started.formatted(.iso8601), forKey: .started)
        try container.encode(run, forKey: .run)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(job, forKey: .job)
        try container.encodeIfPresent(repository, forKey: .repository)
        try container.encodeIfPresent(revision, forKey: .revision)
        try container.encode(grade, forKey: .grade)
        try container.encode(method, forKey: .method)
        try container.encode(isContradicted, forKey: .isContradicted)
        try container.encodeIfPresent(builder, forKey: .builder)
        try container.encodeIfPresent(index, forKey: .index)
        try container.encodeIfPresent(manifest, forKey: .manifest)
        try container.encodeIfPresent(config, forKey: .config)
        try container.encode(published, forKey: .published)
    }
}

extension LedgerRow {
    /// The row as a line of text, without its end.
    var line: String {
        let seconds = Int64(started.timeIntervalSince1970)
        let fields: [String?] = [
            "\(tag)", phase.rawValue, "\(seconds)", run, "\(attempt)", job, repository, revision,
            grade.rawValue, method.rawValue, isContradicted ? "1" : "0", builder,
            index.map { "\($0)" }, manifest.map { "\($0)" }, config.map { "\($0)" },
            published.map { "\($0.repository)@\($0.digest)=\($0.tags.joined(separator: ","))" }
                .joined(separator: ";"),
        ]
        return fields.map { PercentEncoding.encode($0 ?? "", keeping: "/:@=,;+ ") }
            .joined(separator: "\t")
    }

    /// Reads a line; nil where it is none.
    init?(line: some StringProtocol) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map { field in
            field.utf8.contains(UInt8(ascii: "%"))
                ? PercentEncoding.decode(Array(field.utf8)) ?? "" : String(field)
        }
        guard fields.count == 16, let tag = try? Tag(fields[0]),
            let phase = RunRecord.Phase(rawValue: fields[1]), let seconds = Int64(fields[2]),
            let attempt = Int(fields[4]), let grade = Grade(rawValue: fields[8]),
            let method = BuilderEvidence.Method(rawValue: fields[9])
        else { return nil }
        func text(_ place: Int) -> String? { fields[place].isEmpty ? nil : fields[place] }
        func digest(_ place: Int) -> Digest? { try? Digest(parsing: fields[place]) }
        self.tag = tag
        self.phase = phase
        started = Date(timeIntervalSince1970: Double(seconds))
        run = fields[3]
        self.attempt = attempt
        job = fields[5]
        repository = text(6)
        revision = text(7)
        self.grade = grade
        self.method = method
        isContradicted = fields[10] == "1"
        builder = text(11)
        index = digest(12)
        manifest = digest(13)
        config = digest(14)
        published = fields[15].split(separator: ";").compactMap(Publication.init)
    }
}

extension LedgerRow.Publication {
    fileprivate init?(_ text: Substring) {
        guard let at = text.firstIndex(of: "@"),
            let equal = text[at...].firstIndex(of: "="),
            let digest = try? Digest(parsing: text[text.index(after: at)..<equal])
        else { return nil }
        repository = String(text[..<at])
        self.digest = digest
        tags = text[text.index(after: equal)...].split(separator: ",").map(String.init)
    }
}
