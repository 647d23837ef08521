import OCIRegistry

extension RepositoryPlan {
    /// Plans one repository: marks what the roots reach, and sweeps the rest.
    ///
    /// - Parameter roots: what is needed from outside, of any repository.
    public init(
        _ snapshot: RepositorySnapshot, policy: RetentionPolicy, roots: [RetentionRoot] = []
    ) {
        let graph = RetentionGraph(snapshot)
        let ages = RetentionAges(snapshot, graph)
        let reached = Reachability(snapshot, graph, ages, policy, roots)
        let swept = Set(graph.manifests.indices.filter { !reached.contains($0) })
        let order = graph.deletionOrder(swept)
        let storage = Storage(graph, order: order)
        repository = snapshot.repository
        dialect = snapshot.dialect
        takenAt = snapshot.takenAt
        self.snapshot = snapshot.hash
        self.policy = policy.hash
        tagCount = snapshot.tags.count
        manifestCount = graph.manifests.count
        size = storage.total
        freed = storage.freed
        missing = snapshot.missing
        warnings = reached.warnings
        if !snapshot.missing.isEmpty {
            let count = snapshot.missing.count
            warnings.append("\(count) digests are named here and are not here")
        }
        kept = graph.manifests.indices.compactMap { place in
            reached.reason(place).map { reason in
                Kept(
                    digest: graph.manifests[place].digest,
                    mediaType: graph.manifests[place].mediaType,
                    tags: graph.tags[place].map { snapshot.tags[$0].tag },
                    time: ages.manifests[place], bytes: graph.manifests[place].bytes,
                    reason: reason)
            }
        }
        deletions = zip(order, storage.shares).map { place, bytes in
            let manifest = graph.manifests[place]
            let tags = graph.tags[place].map { snapshot.tags[$0].tag }
            let owners = Set(graph.parents[place] + graph.subjects(place))
            return Deletion(
                digest: manifest.digest, mediaType: manifest.mediaType, tags: tags,
                isListed: manifest.isListed, time: ages.manifests[place],
                after: owners.map { graph.manifests[$0].digest }.sorted(), bytes: bytes,
                reason: Self.reason(place, tags, graph))
        }
        let keptTags = kept.reduce(0) { $0 + $1.tags.count }
        let empties = !deletions.isEmpty && (tagCount > 0 ? keptTags == 0 : kept.isEmpty)
        stop(
            empties
                ? "all \(tagCount) tags and \(deletions.count) digests would go, and a repository is "
                    + "never emptied" : nil)
    }

    /// Takes every deletion back where there is a reason to.
    private mutating func stop(_ reason: String?) {
        guard let reason else { return }
        stopped = reason
        deletions = []
        freed = 0
    }

    private static func reason(_ place: Int, _ tags: [Tag], _ graph: RetentionGraph) -> String {
        if let parent = graph.parents[place].first, tags.isEmpty {
            return "nothing else names it than \(graph.manifests[parent].digest.short), which goes"
        }
        if let subject = graph.subjects(place).first {
            return "it belongs to \(graph.manifests[subject].digest.short), which goes"
        }
        guard !tags.isEmpty else {
            return graph.manifests[place].subject == nil
                ? "no tag is on it and nothing names it" : "what it refers to is not here"
        }
        return tags.count == 1 ? "no rule keeps its tag" : "no rule keeps any of its tags"
    }
}

extension ManifestEntry {
    /// Bytes of the manifest and of what it names, blobs once each.
    var bytes: Int64 {
        var seen: Set<Digest> = []
        return blobs.reduce(size) { seen.insert($1.digest).inserted ? $0 + $1.size : $0 }
    }
}

/// Who holds how many bytes of a repository, every blob counted once.
struct Storage: Sendable {
    /// Of all that is there.
    private(set) var total: Int64 = 0
    /// Of what goes and nothing that stays names.
    private(set) var freed: Int64 = 0
    /// For each that goes, in order: what goes with it and not with one before it.
    private(set) var shares: [Int64] = []

    init(_ graph: RetentionGraph, order: [Int]) {
        let goes = Set(order)
        var seen: Set<Digest> = []
        func take(_ place: Int) -> Int64 {
            let manifest = graph.manifests[place]
            return manifest.blobs.reduce(manifest.size) {
                seen.insert($1.digest).inserted ? $0 + $1.size : $0
            }
        }
        for place in graph.manifests.indices where !goes.contains(place) { total += take(place) }
        for place in order {
            let share = take(place)
            shares.append(share)
            freed += share
        }
        total += freed
    }
}
