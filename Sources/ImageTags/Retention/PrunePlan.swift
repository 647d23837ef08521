public import OCIRegistry

/// What is to be deleted and what stays, and why: made without deleting anything, read by people, carried
/// out as it is. `publisher.prune.v1`, canonical JSON.
public struct PrunePlan: Sendable, Hashable, Codable {
    /// ``type``.
    public static let format = "publisher.prune.v1"

    /// What sort of document it is.
    public var type: String
    /// When it was made.
    public var created: Instant
    /// From when on it is not carried out any more.
    public var expires: Instant
    /// One entry a repository.
    public var repositories: [RepositoryPlan]
    /// The limits that it goes past, in words: then its hash has to be typed out.
    public var exceeded: [String]

    enum CodingKeys: String, CodingKey {
        case type = "_type"
        case created, expires, repositories, exceeded
    }

    /// A plan of these repositories.
    ///
    /// - Parameters:
    ///   - limits: how much may be deleted without a word.
    ///   - validity: seconds after which it is not carried out any more.
    public init(
        _ repositories: [RepositoryPlan], limits: RetentionPolicy.Limits, created: Instant,
        validity: Int64
    ) {
        type = Self.format
        self.created = created
        expires = created.adding(seconds: validity)
        self.repositories = repositories
        exceeded = Self.exceeded(repositories, limits)
    }

    private static func exceeded(
        _ repositories: [RepositoryPlan], _ limits: RetentionPolicy.Limits
    ) -> [String] {
        var exceeded: [String] = []
        let total = repositories.reduce(0) { $0 + $1.deletions.count }
        if let count = limits.count, total > count {
            exceeded.append("it deletes \(total) digests, more than \(count)")
        }
        for plan in repositories {
            guard let percent = limits.percent, plan.manifestCount > 0 else { continue }
            let share = plan.deletions.count * 100
            if share > percent * plan.manifestCount {
                exceeded.append(
                    "\(plan.repository): it deletes \(plan.deletions.count) of "
                        + "\(plan.manifestCount) digests, more than \(percent) %")
            }
        }
        return exceeded
    }

    /// The document: canonical JSON and a line's end.
    public var document: [UInt8] { JSON.encode(self) + [0x0a] }

    /// The digest of ``document``, by which a plan is named.
    public var hash: Digest { SHA2.digest(of: document) }

    /// Reads a document. Throws ``OCIError`` (bad data) for one that is no plan, or not as it was written.
    public init(document: [UInt8]) throws(OCIError) {
        self = try JSON.decode(PrunePlan.self, from: document, what: "the plan")
        guard type == Self.format, self.document == document else {
            throw OCIError(
                .badData, "it is no plan of \(Self.format), or it was changed since it was written",
                advice: "make it again with 'publisher prune plan'")
        }
    }

    /// Digests that it deletes.
    public var deletionCount: Int { repositories.reduce(0) { $0 + $1.deletions.count } }
    /// Bytes that it frees, once each.
    public var freed: Int64 { repositories.reduce(0) { $0 + $1.freed } }
}

/// The part of a plan for one repository.
public struct RepositoryPlan: Sendable, Hashable, Codable {
    /// `HOST/REPOSITORY`.
    public var repository: String
    /// What sort of registry it is in.
    public var dialect: RetentionDialect
    /// When the repository was read.
    public var takenAt: Instant
    /// The digest of what was read.
    public var snapshot: Digest
    /// The digest of the policy.
    public var policy: Digest
    /// Tags that were there.
    public var tagCount: Int
    /// Manifests that were there.
    public var manifestCount: Int
    /// Bytes that were there, once each.
    public var size: Int64
    /// Bytes of these that go.
    public var freed: Int64
    /// What goes, in the order in which it is deleted: what names before what it names.
    public var deletions: [Deletion]
    /// What stays, by digest.
    public var kept: [Kept]
    /// Digests that something here names and that are not here.
    public var missing: [Digest]
    /// What somebody should look at.
    public var warnings: [String]
    /// Why nothing is deleted here although something could be; nil where nothing stands against it.
    public var stopped: String?
}

/// A digest that goes, with everything that holds it.
public struct Deletion: Sendable, Hashable, Codable {
    /// The digest.
    public var digest: Digest
    /// Its type.
    public var mediaType: MediaType
    /// Every tag on it: all of them go.
    public var tags: [Tag]
    /// Whether the registry holds it by its digest too.
    public var isListed: Bool
    /// When it came, as far as that is known.
    public var time: Instant?
    /// What names it, is its subject or ties it here, and goes before it.
    public var after: [Digest]
    /// Bytes that go with it, and not with something before it.
    public var bytes: Int64
    /// Why it goes.
    public var reason: String
}

/// A digest that stays.
public struct Kept: Sendable, Hashable, Codable {
    /// The digest.
    public var digest: Digest
    /// Its type.
    public var mediaType: MediaType
    /// Every tag on it.
    public var tags: [Tag]
    /// When it came, as far as that is known.
    public var time: Instant?
    /// Bytes of its own manifest and blobs, whoever shares them.
    public var bytes: Int64
    /// Why it stays.
    public var reason: KeepReason
}
