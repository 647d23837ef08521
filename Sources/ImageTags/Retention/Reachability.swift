public import OCIRegistry

/// Why something stays: the root, and the way from it.
public struct KeepReason: Sendable, Hashable, Codable {
    /// What sort of root it is.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A tag that is protected.
        case protected
        /// A tag that a rule keeps.
        case rule
        /// The repository has no rules.
        case noRules = "no-rules"
        /// A reference in a file.
        case pin
        /// A record of a run.
        case run
        /// A receipt of a publish.
        case receipt
        /// The way back from a promotion.
        case rollback
        /// A push that is under way.
        case push
        /// It came within the grace.
        case grace
        /// Nobody knows when it came, so that it counts as young.
        case unknownAge = "unknown-age"
        /// It is a document that is not understood.
        case unknownType = "unknown-type"
    }

    /// A step from a manifest to one that it keeps.
    public struct Step: Sendable, Hashable, Codable {
        /// Why the one before keeps it.
        public var relation: RetentionGraph.Relation
        /// What is kept.
        public var digest: Digest
    }

    /// What sort of root it is.
    public var kind: Kind
    /// The root in words: `tag latest: rule 1 (tags latest, gpu)`.
    public var root: String
    /// The digest of the root.
    public var digest: Digest
    /// The tag of the root, where it is one.
    public var tag: Tag?
    /// The way from the root to what stays; empty where that is the root itself.
    public var path: [Step]
}

/// What the roots of a repository reach.
struct Reachability: Sendable {
    private struct Root: Sendable {
        var place: Int
        var kind: KeepReason.Kind
        var words: String
        var tag: Tag?
    }

    private let graph: RetentionGraph
    private var roots: [Root] = []
    /// By place: the root's number.
    private var rootOf: [Int: Int] = [:]
    /// By place: from where it was reached, where it is no root.
    private var cameFrom: [Int: (place: Int, relation: RetentionGraph.Relation)] = [:]
    private(set) var warnings: [String] = []

    init(
        _ snapshot: RepositorySnapshot, _ graph: RetentionGraph, _ ages: RetentionAges,
        _ policy: RetentionPolicy, _ external: [RetentionRoot]
    ) {
        self.graph = graph
        addTags(snapshot, ages, policy)
        addExternal(snapshot, external)
        addDoubtful(snapshot, ages, policy)
        mark()
    }

    func contains(_ place: Int) -> Bool { rootOf[place] != nil }

    /// Why a place is reached; nil where it is not.
    func reason(_ place: Int) -> KeepReason? {
        guard let root = rootOf[place].map({ roots[$0] }) else { return nil }
        var path: [KeepReason.Step] = []
        var here = place
        while let step = cameFrom[here] {
            path.append(.init(relation: step.relation, digest: graph.manifests[here].digest))
            here = step.place
        }
        return KeepReason(
            kind: root.kind, root: root.words, digest: graph.manifests[root.place].digest,
            tag: root.tag, path: path.reversed())
    }

    private mutating func add(
        _ place: Int?, _ kind: KeepReason.Kind, _ words: String, _ tag: Tag? = nil
    ) {
        guard let place, rootOf[place] == nil else { return }
        rootOf[place] = roots.count
        roots.append(Root(place: place, kind: kind, words: words, tag: tag))
    }

    private mutating func addTags(
        _ snapshot: RepositorySnapshot, _ ages: RetentionAges, _ policy: RetentionPolicy
    ) {
        let foldsCase = snapshot.dialect.foldsCase
        for entry in snapshot.tags {
            guard
                let hit = policy.protected.first(where: {
                    $0.pattern.matches(entry.tag, foldingCase: foldsCase)
                })
            else { continue }
            add(
                graph.places[entry.digest], .protected, "tag \(entry.tag): \(hit.why)", entry.tag)
        }
        guard !policy.keep.isEmpty else {
            for place in graph.manifests.indices {
                add(place, .noRules, "the repository has no rules, so that all of it is kept")
            }
            return
        }
        // What is tied to a digest that is here lives as long as that one, whatever it is called.
        let named = snapshot.tags.indices.filter { number in
            Attachment(snapshot.tags[number].tag).map { graph.places[$0.subject] == nil } ?? true
        }
        let kept = KeptTags(policy, snapshot, among: named, ages)
        for number in named {
            guard let rule = kept.rules[number] else { continue }
            let entry = snapshot.tags[number]
            add(
                graph.places[entry.digest], .rule,
                "tag \(entry.tag): rule \(rule + 1) (\(policy.keep[rule]))", entry.tag)
        }
        warnings += kept.idle.map { "rule \($0 + 1) (\(policy.keep[$0])) fits no tag" }
    }

    private mutating func addExternal(
        _ snapshot: RepositorySnapshot, _ external: [RetentionRoot]
    ) {
        let fold = { (tag: Tag) in
            snapshot.dialect.foldsCase ? tag.description.lowercased() : tag.description
        }
        var named: [String: TagEntryPlace] = [:]
        for entry in snapshot.tags {
            named[fold(entry.tag)] = TagEntryPlace(
                place: graph.places[entry.digest], tag: entry.tag)
        }
        for root in external {
            let kind: KeepReason.Kind =
                switch root.kind {
                case .pin: .pin
                case .run: .run
                case .receipt: .receipt
                case .rollback: .rollback
                case .push: .push
                }
            let words = "\(root.kind.rawValue): \(root.usedBy)"
            add(root.digest.flatMap { graph.places[$0] }, kind, words)
            guard let tag = root.tag, let repository = root.repository,
                snapshot.repository.hasSuffix("/\(repository)"),
                let hit = named[fold(tag)]
            else { continue }
            add(hit.place, kind, "tag \(hit.tag), \(words)", hit.tag)
        }
    }

    private struct TagEntryPlace {
        var place: Int?
        var tag: Tag
    }

    private mutating func addDoubtful(
        _ snapshot: RepositorySnapshot, _ ages: RetentionAges, _ policy: RetentionPolicy
    ) {
        for (place, manifest) in graph.manifests.enumerated() {
            if manifest.kind == .unknown {
                add(place, .unknownType, "'\(manifest.mediaType)' is not understood")
            }
            // A tag written a moment ago may name what was made long ago.
            let times = [ages.manifests[place]] + graph.tags[place].map { ages.tags[$0] }
            guard !times.contains(nil), let time = times.compactMap({ $0 }).max() else {
                add(place, .unknownAge, "nobody knows when it came, so that it counts as young")
                continue
            }
            if time.adding(seconds: policy.grace) > snapshot.takenAt {
                add(
                    place, .grace,
                    "it came at \(time), within the grace of \(Span.text(policy.grace))")
            }
        }
    }

    private mutating func mark() {
        var queue = roots.indices.map { roots[$0].place }
        var next = 0
        while next < queue.count {
            let place = queue[next]
            next += 1
            for edge in graph.edges[place] where rootOf[edge.target] == nil {
                rootOf[edge.target] = rootOf[place]
                cameFrom[edge.target] = (place, edge.relation)
                queue.append(edge.target)
            }
        }
    }
}
