import ImageTags
import OCIRegistry
import Synchronization

/// What happens in a repository while it is pruned: between the deletions it looks for new tags, and for
/// where those have moved that are there to move.
final class RepositoryWatch: Sendable {
    private let reader: SnapshotReader
    /// What each tag named at first.
    private let former: [Tag: Digest]
    /// Tags that are read again each time.
    private let movers: [Tag]
    private let known: Mutex<[Tag: Digest]>

    init(_ reader: SnapshotReader, _ snapshot: RepositorySnapshot, _ policy: RetentionPolicy) {
        self.reader = reader
        former = Dictionary(uniqueKeysWithValues: snapshot.tags.map { ($0.tag, $0.digest) })
        var patterns = policy.protected.map(\.pattern)
        for rule in policy.keep {
            if case .tags(let own, _, _) = rule { patterns += own.filter(\.isLiteral) }
        }
        let foldsCase = snapshot.dialect.foldsCase
        movers = snapshot.tags.map(\.tag).filter { tag in
            patterns.contains { $0.matches(tag, foldingCase: foldsCase) }
        }
        known = Mutex(former)
    }

    /// Everything that tags reach which are new or name something else than at the last look.
    ///
    /// Throws ``OCIError`` where it cannot be known.
    func news() async throws -> Set<Digest> {
        let tags = try await reader.repository.tags() ?? []
        let before = known.withLock { $0 }
        let asked = Set(tags.filter { before[$0] == nil } + movers)
        let found = Mutex<[Tag: Digest]>([:])
        let repository = reader.repository
        try await forEach(asked, parallel: reader.parallel) { tag in
            guard let digest = try await repository.digest("\(tag)") else { return }
            found.withLock { $0[tag] = digest }
        }
        let moved = found.withLock { $0 }.filter { before[$0.key] != $0.value }
        guard !moved.isEmpty else { return [] }
        known.withLock { $0.merge(moved) { $1 } }
        var walk = ManifestWalk(reader)
        try await walk.add(roots: Set(moved.values), mayBeMissing: true)
        return walk.reached
    }
}
