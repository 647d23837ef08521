import OCIRegistry

/// Who holds a repository's bytes, and since when; every blob counted once.
public struct StorageHistory: Sendable {
    /// The bytes of tags of one kind.
    public struct Family: Sendable, Hashable {
        /// What they are called; see ``TagFamily``.
        public var name: String
        /// Digests.
        public var count: Int
        /// Bytes that stay.
        public var kept: Int64
        /// Bytes that go.
        public var freed: Int64

        /// A family.
        public init(name: String, count: Int, kept: Int64, freed: Int64) {
            self.name = name
            self.count = count
            self.kept = kept
            self.freed = freed
        }
    }

    /// How much there was at a moment.
    public struct Point: Sendable, Hashable {
        /// The moment.
        public var time: Instant
        /// Bytes of everything that is there now and had come by then.
        public var all: Int64
        /// Bytes of that which stays.
        public var kept: Int64
    }

    /// Families, the largest first.
    public private(set) var families: [Family]
    /// From the first manifest of which it is known when it came to the last; at most 200.
    public private(set) var growth: [Point]
    /// Manifests of which nobody knows when they came.
    public private(set) var undated = 0

    /// The history that a snapshot shows, by what a plan makes of it.
    public init(_ snapshot: RepositorySnapshot, _ plan: RepositoryPlan) {
        let goes = Set(plan.deletions.map(\.digest))
        var times: [Digest: Instant] = [:]
        for kept in plan.kept { times[kept.digest] = kept.time }
        for deletion in plan.deletions { times[deletion.digest] = deletion.time }
        families = Self.families(snapshot, goes)
        let dated = snapshot.manifests.compactMap { manifest in
            times[manifest.digest].map { (manifest, $0) }
        }.sorted { ($0.1, $0.0.digest) < ($1.1, $1.0.digest) }
        undated = snapshot.manifests.count - dated.count
        var seen: (all: Set<Digest>, kept: Set<Digest>) = ([], [])
        var here = Point(time: snapshot.takenAt, all: 0, kept: 0)
        growth = dated.map { manifest, time in
            here.time = time
            here.all += manifest.newBytes(&seen.all)
            if !goes.contains(manifest.digest) { here.kept += manifest.newBytes(&seen.kept) }
            return here
        }
        let step = max(1, growth.count / 199)
        let last = growth.count - 1
        growth = growth.enumerated().filter { $0.offset % step == 0 || $0.offset == last }
            .map(\.element)
    }

    private static func families(
        _ snapshot: RepositorySnapshot, _ goes: Set<Digest>
    ) -> [Family] {
        var names: [Digest: String] = [:]
        for entry in snapshot.tags where names[entry.digest] == nil {
            names[entry.digest] = TagFamily.name(entry.tag)
        }
        // What an index names belongs to the index's family.
        for _ in 0..<Manifest.nestingLimit {
            for manifest in snapshot.manifests {
                guard let name = names[manifest.digest] else { continue }
                for child in manifest.children where names[child] == nil { names[child] = name }
            }
        }
        var families: [String: Family] = [:]
        var seen: Set<Digest> = []
        let order =
            snapshot.manifests.filter { !goes.contains($0.digest) }
            + snapshot.manifests.filter { goes.contains($0.digest) }
        for manifest in order {
            let name = names[manifest.digest] ?? TagFamily.untagged
            var family = families[name] ?? Family(name: name, count: 0, kept: 0, freed: 0)
            family.count += 1
            let bytes = manifest.newBytes(&seen)
            if goes.contains(manifest.digest) {
                family.freed += bytes
            } else {
                family.kept += bytes
            }
            families[name] = family
        }
        return families.values.sorted {
            ($1.kept + $1.freed, $0.name) < ($0.kept + $0.freed, $1.name)
        }
    }
}

extension ManifestEntry {
    /// Its own bytes, and those of the blobs that were not seen yet.
    fileprivate func newBytes(_ seen: inout Set<Digest>) -> Int64 {
        blobs.reduce(size) { seen.insert($1.digest).inserted ? $0 + $1.size : $0 }
    }
}
