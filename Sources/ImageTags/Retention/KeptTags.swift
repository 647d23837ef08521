import OCIRegistry

/// Which tags rules keep.
///
/// Rules look at digests, not at names: three tags of one image take one place among the newest ten. What
/// came at the same moment as the last that is kept is kept too, and so is what came at an unknown one,
/// which takes nobody's place.
struct KeptTags: Sendable {
    /// By the tag's place in the snapshot: the number of the first rule that keeps it, from 0.
    private(set) var rules: [Int: Int] = [:]
    /// The rules that took no tag at all, by number.
    private(set) var idle: [Int] = []

    init(
        _ policy: RetentionPolicy, _ snapshot: RepositorySnapshot, among places: [Int],
        _ ages: RetentionAges
    ) {
        for (number, rule) in policy.keep.enumerated() {
            let own = places.filter {
                rule.isAbout(snapshot.tags[$0].tag, foldingCase: snapshot.dialect.foldsCase)
            }
            if own.isEmpty { idle.append(number) }
            let kept =
                switch rule {
                case .tags(_, nil, nil): own
                case .tags(_, let newest, let age):
                    Self.newest(newest ?? 0, of: own, snapshot, ages)
                        + Self.young(age ?? 0, of: own, snapshot, ages)
                case .versions(let rule): Self.versions(rule, own, snapshot)
                }
            for place in kept where rules[place] == nil { rules[place] = number }
        }
    }

    private static func newest(
        _ count: Int, of places: [Int], _ snapshot: RepositorySnapshot, _ ages: RetentionAges
    ) -> [Int] {
        guard count > 0 else { return [] }
        var times: [Digest: Instant] = [:]
        var unknown: Set<Digest> = []
        for place in places {
            let digest = snapshot.tags[place].digest
            if let time = ages.tags[place] {
                times[digest] = max(time, times[digest] ?? time)
            } else {
                unknown.insert(digest)
            }
        }
        let order = times.filter { !unknown.contains($0.key) }.values.sorted(by: >)
        let last = order.count > count ? order[count - 1] : order.last
        return places.filter { place in
            let digest = snapshot.tags[place].digest
            guard !unknown.contains(digest), let time = times[digest], let last else { return true }
            return time >= last
        }
    }

    private static func young(
        _ age: Int64, of places: [Int], _ snapshot: RepositorySnapshot, _ ages: RetentionAges
    ) -> [Int] {
        guard age > 0 else { return [] }
        return places.filter { place in
            ages.tags[place].map { $0.adding(seconds: age) > snapshot.takenAt } ?? true
        }
    }

    private static func versions(
        _ rule: VersionRule, _ places: [Int], _ snapshot: RepositorySnapshot
    ) -> [Int] {
        struct Group: Hashable {
            var scheme: VersionScheme
            var isPrerelease: Bool
        }
        struct Minor: Hashable {
            var major: UInt64
            var minor: UInt64
        }
        var groups: [Group: [(place: Int, version: Version)]] = [:]
        for place in places {
            let tag = snapshot.tags[place].tag
            guard let version = rule.version(of: tag, foldingCase: snapshot.dialect.foldsCase)
            else { continue }
            let group = Group(scheme: version.scheme, isPrerelease: version.isPrerelease)
            groups[group, default: []].append((place, version))
        }
        return groups.flatMap { group, members -> [Int] in
            let count = group.isPrerelease ? rule.prereleases ?? rule.patches : rule.patches
            var minors: [Minor: Set<Version>] = [:]
            for (_, version) in members {
                minors[Minor(major: version.major, minor: version.minor), default: []]
                    .insert(version)
            }
            let newest = minors.keys.sorted { ($0.major, $0.minor) > ($1.major, $1.minor) }
                .prefix(rule.minors)
            let kept = Set(
                newest.flatMap { (minors[$0] ?? []).sorted(by: >).prefix(count) })
            return members.filter { kept.contains($0.version) }.map(\.place)
        }
    }
}
