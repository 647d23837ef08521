import ImageTags
import OCIRegistry
import Testing
import TestSupport

/// Random repositories, policies and roots against ``ObviousRetention``, which is slow and plain.
@Suite("Retention as a model has it")
struct ModelTests {
    @Test("deletes exactly what the plain implementation deletes", arguments: 0..<30)
    func sameAsModel(batch: Int) throws {
        for seed in 0..<100 {
            let given = try RandomRepository(seed: UInt64(batch * 100 + seed))
            let plan = RepositoryPlan(given.snapshot, policy: given.policy, roots: given.roots)
            let model = ObviousRetention(given)
            let wanted = model.stops ? [] : model.swept
            #expect(Set(plan.deletions.map(\.digest)) == wanted, "seed \(batch * 100 + seed)")
            #expect((plan.stopped != nil) == model.stops, "seed \(batch * 100 + seed)")
            try closures(plan, given, seed)
        }
    }

    /// What stays is whole; what goes does so in an order of which every beginning leaves wholes.
    private func closures(_ plan: RepositoryPlan, _ given: RandomRepository, _ seed: Int) throws {
        let all = Dictionary(
            uniqueKeysWithValues: given.snapshot.manifests.map { ($0.digest, $0) })
        let tags = Dictionary(grouping: given.snapshot.tags, by: \.digest)
        var gone: Set<Digest> = []
        var wrong: [String] = []
        for deletion in plan.deletions {
            for manifest in all.values where !gone.contains(manifest.digest) {
                if manifest.children.contains(deletion.digest) { wrong.append("order") }
            }
            gone.insert(deletion.digest)
            if deletion.tags != (tags[deletion.digest] ?? []).map(\.tag) { wrong.append("holders") }
        }
        for kept in plan.kept {
            let entry = try #require(all[kept.digest])
            let needed = entry.children + [entry.subject].compactMap { $0 }
            if !gone.isDisjoint(with: needed) { wrong.append("\(kept.digest) is not whole") }
            // The way from the root is one.
            var here = kept.reason.digest
            for step in kept.reason.path {
                let isNamed =
                    switch step.relation {
                    case .child, .mention: all[here]?.children.contains(step.digest) == true
                    case .referrer: all[step.digest]?.subject == here
                    case .subject, .attachment: true
                    }
                if !isNamed { wrong.append("the way to \(kept.digest)") }
                here = step.digest
            }
            if here != kept.digest { wrong.append("the end of the way to \(kept.digest)") }
        }
        if !gone.isDisjoint(with: given.roots.compactMap(\.digest)) { wrong.append("a root went") }
        let judged = plan.kept.map(\.digest) + plan.deletions.map(\.digest)
        if plan.stopped == nil, Set(judged) != Set(all.keys) { wrong.append("not all is judged") }
        #expect(wrong == [], "seed \(seed)")
    }
}

/// A repository of a few dozen manifests in which everything that can be odd is odd sometimes.
struct RandomRepository {
    var snapshot: RepositorySnapshot
    var policy: RetentionPolicy
    var roots: [RetentionRoot] = []

    init(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let dialect: RetentionDialect = random.oneIn(2) ? .oci : .gitea
        let count = 1 + random.below(30)
        var manifests: [ManifestEntry] = []
        func digest(_ number: Int) -> Digest { Scenario.digest("\(seed)/\(number)") }
        func time(_ random: inout SeededRandom) -> Instant? {
            random.oneIn(6) ? nil : Scenario.ago(random.below(60))
        }
        for number in 0..<count {
            var entry = ManifestEntry(digest(number), size: 10, isListed: random.oneIn(3))
            entry.created = time(&random)
            if dialect == .gitea, entry.isListed { entry.pushed = time(&random) }
            if number > 0, random.oneIn(3) {
                entry.kind = random.oneIn(12) ? .unknown : .index
                // Some name what is not there.
                for _ in 0...random.below(3) {
                    entry.children.append(digest(random.oneIn(15) ? 1000 : random.below(number)))
                }
                if random.oneIn(2) { entry.created = nil }
            }
            if number > 0, random.oneIn(5) {
                entry.subject = digest(random.oneIn(8) ? 2000 : random.below(number))
            }
            for _ in 0..<random.below(3) {
                let blob = random.below(10)
                entry.blobs.append(.init(Scenario.digest("blob \(blob)"), Int64(blob)))
            }
            manifests.append(entry)
        }
        var tags: [OCIRegistry.Tag: RepositorySnapshot.TagEntry] = [:]
        for _ in 0..<random.below(30) {
            let tag = try Self.tag(&random, count, digest)
            let pushed = dialect == .gitea || random.oneIn(9) ? time(&random) : nil
            tags[tag] = .init(tag, digest(random.below(count)), pushed: pushed)
        }
        snapshot = RepositorySnapshot(
            repository: "registry.example/team/app", dialect: dialect, takenAt: Scenario.now,
            tags: Array(tags.values), manifests: manifests)
        policy = RetentionPolicy(grace: Int64(random.below(20)) * 3600)
        if !random.oneIn(10) {
            for _ in 0...random.below(3) { policy.keep.append(Self.rule(&random)) }
        }
        if random.oneIn(4) { policy.protected = [.init(TagPattern("l*"), why: "test")] }
        for number in 0..<random.below(3) {
            let target = digest(random.below(count))
            roots.append(RetentionRoot(.pin, target, usedBy: "file \(number)"))
        }
        if random.oneIn(3) {
            let reference = try Reference(parsing: "other.example/team/app:latest")
            roots.append(RetentionRoot(.run, reference, usedBy: "run"))
        }
    }

    private static func tag(
        _ random: inout SeededRandom, _ count: Int, _ digest: (Int) -> Digest
    ) throws -> OCIRegistry.Tag {
        switch random.below(6) {
        case 0: try OCIRegistry.Tag("1.\(random.below(3)).\(random.below(4))")
        case 1:
            try OCIRegistry.Tag(
                "2026.\(1 + random.below(3)).\(random.below(3))-rc.\(random.below(2))")
        case 2:
            try OCIRegistry.Tag(
                "sha256-\(digest(random.below(count)).hex)\(random.oneIn(2) ? "" : ".sig")")
        case 3: try OCIRegistry.Tag(["latest", "dev", "gpu"][random.below(3)])
        case 4: try OCIRegistry.Tag("v1.\(random.below(3)).\(random.below(4))")
        default: try OCIRegistry.Tag("sha-\(random.below(12))")
        }
    }

    private static func rule(_ random: inout SeededRandom) -> KeepRule {
        switch random.below(5) {
        case 0: .named("latest", "gpu")
        case 1: .named("sha-*", newest: 1 + random.below(4))
        case 2: .named("*", youngerThan: Int64(1 + random.below(30)) * 3600)
        case 3: .named("*1*", newest: 1 + random.below(2), youngerThan: 7200)
        default: .versions(VersionRule(minors: 1 + random.below(2), patches: 1 + random.below(2)))
        }
    }
}
