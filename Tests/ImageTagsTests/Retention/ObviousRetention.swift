import ImageTags
import OCIRegistry

/// Retention as one would explain it at a blackboard: sets that grow until nothing changes, every question
/// asked anew. It shares nothing with the real one but the values and the reading of versions.
struct ObviousRetention {
    let given: RandomRepository
    let manifests: [Digest: ManifestEntry]
    let tags: [RepositorySnapshot.TagEntry]
    let now: Instant

    init(_ given: RandomRepository) {
        self.given = given
        tags = given.snapshot.tags
        now = given.snapshot.takenAt
        manifests = Dictionary(
            uniqueKeysWithValues: given.snapshot.manifests.map { ($0.digest, $0) })
    }

    var swept: Set<Digest> { Set(manifests.keys).subtracting(reached) }

    var stops: Bool {
        let swept = swept
        guard !swept.isEmpty else { return false }
        return tags.isEmpty
            ? swept.count == manifests.count : tags.allSatisfy { swept.contains($0.digest) }
    }

    private var reached: Set<Digest> {
        var reached = Set(manifests.keys.filter(isRoot))
        while true {
            var more = reached
            for digest in reached { more.formUnion(neighbours(digest)) }
            if more == reached { return reached }
            reached = more
        }
    }

    private func neighbours(_ digest: Digest) -> [Digest] {
        var found = manifests[digest]?.children ?? []
        if let subject = manifests[digest]?.subject { found.append(subject) }
        for other in manifests.values where other.subject == digest { found.append(other.digest) }
        for entry in tags {
            guard let subject = subject(entry.tag), manifests[subject] != nil else { continue }
            if subject == digest { found.append(entry.digest) }
            if entry.digest == digest { found.append(subject) }
        }
        return found.filter { manifests[$0] != nil }
    }

    /// What a tag of the form `sha256-…` is tied to.
    private func subject(_ tag: Tag) -> Digest? {
        let text = tag.description
        guard text.hasPrefix("sha256-") else { return nil }
        return Digest(.sha256, hex: text.dropFirst(7).prefix { $0 != "." })
    }

    private func isRoot(_ digest: Digest) -> Bool {
        if given.policy.keep.isEmpty || manifests[digest]?.kind == .unknown { return true }
        let own = tags.filter { $0.digest == digest }
        if given.roots.contains(where: { root in
            root.digest == digest || own.contains { $0.tag == root.tag }
        }) {
            return true
        }
        if own.contains(where: { entry in
            given.policy.protected.contains { $0.pattern.matches(entry.tag) }
        }) {
            return true
        }
        if own.contains(where: isKept) { return true }
        for time in own.map(time) + [time(digest)] {
            guard let time, now.seconds - time.seconds >= given.policy.grace else { return true }
        }
        return false
    }

    private func isKept(_ entry: RepositorySnapshot.TagEntry) -> Bool {
        given.policy.keep.contains { keeps($0, entry) }
    }

    private func isNamed(_ entry: RepositorySnapshot.TagEntry) -> Bool {
        subject(entry.tag).map { manifests[$0] == nil } ?? true
    }

    private func keeps(_ rule: KeepRule, _ entry: RepositorySnapshot.TagEntry) -> Bool {
        guard isNamed(entry) else { return false }
        switch rule {
        case .tags(let patterns, let newest, let age):
            func fits(_ entry: RepositorySnapshot.TagEntry) -> Bool {
                isNamed(entry) && patterns.contains { $0.matches(entry.tag) }
            }
            guard fits(entry) else { return false }
            if newest == nil && age == nil { return true }
            if let age, time(entry).map({ now.seconds - $0.seconds < age }) ?? true { return true }
            guard let newest else { return false }
            func last(_ digest: Digest) -> Instant? {
                let times = tags.filter { $0.digest == digest && fits($0) }.map(time)
                return times.contains(nil) ? nil : times.compactMap { $0 }.max()
            }
            guard let mine = last(entry.digest) else { return true }
            let newer = Set(tags.filter(fits).map(\.digest)).filter { digest in
                last(digest).map { $0 > mine } ?? false
            }
            return newer.count < newest
        case .versions(let rule): return keeps(rule, entry)
        }
    }

    private func keeps(_ rule: VersionRule, _ entry: RepositorySnapshot.TagEntry) -> Bool {
        func version(_ entry: RepositorySnapshot.TagEntry) -> Version? {
            guard isNamed(entry) else { return nil }
            let text = entry.tag.description
            let rest = text.hasPrefix("v") ? text.dropFirst() : text[...]
            return Version(parsing: rest, .calver) ?? Version(parsing: rest, .semver)
        }
        guard let mine = version(entry) else { return false }
        let peers = Set(tags.compactMap(version)).filter {
            $0.scheme == mine.scheme && $0.isPrerelease == mine.isPrerelease
        }
        let minors = Set(peers.map { [$0.major, $0.minor] })
            .filter { $0.lexicographicallyPrecedes([mine.major, mine.minor]) == false }
        let patches = peers.filter {
            $0.major == mine.major && $0.minor == mine.minor && $0 > mine
        }
        return minors.count <= rule.minors && patches.count < rule.patches
    }

    private func time(_ entry: RepositorySnapshot.TagEntry) -> Instant? {
        entry.pushed ?? time(entry.digest)
    }

    /// When something was made, as it says itself, or as the youngest thing below it does.
    private func ownTime(_ digest: Digest) -> Instant? {
        guard let entry = manifests[digest] else { return nil }
        let pushes = tags.filter { $0.digest == digest }.compactMap(\.pushed)
        if let time = (pushes + [entry.pushed].compactMap { $0 }).max() ?? entry.created {
            return time
        }
        guard entry.kind == .index else { return nil }
        return entry.children.compactMap(ownTime).max()
    }

    private func time(_ digest: Digest, _ above: Set<Digest> = []) -> Instant? {
        if let own = ownTime(digest) { return own }
        guard !above.contains(digest) else { return nil }
        var owners = manifests.values.filter { $0.children.contains(digest) }.map(\.digest)
        if owners.isEmpty {
            owners = [manifests[digest]?.subject].compactMap { $0 }
            owners += tags.filter { $0.digest == digest }.compactMap { subject($0.tag) }
        }
        return owners.filter { manifests[$0] != nil && $0 != digest }
            .compactMap { time($0, above.union([digest])) }.max()
    }
}
