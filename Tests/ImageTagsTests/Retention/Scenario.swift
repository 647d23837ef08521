import ImageTags
import OCIRegistry

/// A repository put together by hand. Times are in hours before the snapshot.
struct Scenario {
    static let now = Instant(seconds: 1_800_000_000)

    var dialect = RetentionDialect.oci
    var policy = RetentionPolicy()
    var roots: [RetentionRoot] = []
    private(set) var tags: [RepositorySnapshot.TagEntry] = []
    private(set) var manifests: [Digest: ManifestEntry] = [:]

    init(_ rules: KeepRule..., dialect: RetentionDialect = .oci) {
        policy.keep = rules
        self.dialect = dialect
    }

    static func digest(_ name: String) -> Digest { SHA2.digest(of: Array(name.utf8)) }
    static func ago(_ hours: Int) -> Instant { now.adding(seconds: Int64(-hours) * 3600) }

    /// Adds a manifest of its own name.
    mutating func add(
        _ name: String, hours: Int? = 1000, children: [String] = [], subject: String? = nil,
        blobs: [(String, Int64)] = [], kind: ManifestEntry.Kind? = nil, listed: Bool = false
    ) {
        let digest = Self.digest(name)
        manifests[digest] = ManifestEntry(
            digest, kind: kind ?? (children.isEmpty ? .image : .index), size: 100,
            children: children.map(Self.digest),
            blobs: blobs.map { .init(Self.digest($0.0), $0.1) },
            subject: subject.map(Self.digest), created: hours.map(Self.ago), isListed: listed)
    }

    /// Puts a tag on a manifest.
    mutating func tag(_ tag: String, _ name: String, hours: Int? = nil) throws {
        tags.append(.init(try Tag(tag), Self.digest(name), pushed: hours.map(Self.ago)))
    }

    /// An image of the tag's name, under that tag.
    mutating func image(_ tag: String, hours: Int? = 1000) throws {
        add(tag, hours: hours)
        try self.tag(tag, tag)
    }

    var snapshot: RepositorySnapshot {
        let here = Set(manifests.keys)
        let named = manifests.values.flatMap { $0.children + ($0.subject.map { [$0] } ?? []) }
        return RepositorySnapshot(
            repository: "registry.example/team/app", dialect: dialect, takenAt: Self.now,
            tags: tags, manifests: Array(manifests.values),
            missing: Array(Set(named).subtracting(here)))
    }

    var plan: RepositoryPlan { RepositoryPlan(snapshot, policy: policy, roots: roots) }

    /// The names of what goes, of those asked for.
    func gone(_ names: String...) -> [String] {
        let gone = Set(plan.deletions.map(\.digest))
        return names.filter { gone.contains(Self.digest($0)) }
    }

    /// Tags that go.
    var goneTags: Set<String> { Set(plan.deletions.flatMap(\.tags).map(\.description)) }
}

extension KeepRule {
    static func named(
        _ patterns: String..., newest: Int? = nil, youngerThan: Int64? = nil
    ) -> KeepRule {
        .tags(patterns.map { TagPattern($0) }, newest: newest, youngerThan: youngerThan)
    }
}
