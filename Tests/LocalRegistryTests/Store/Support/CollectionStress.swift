import Glibc
import TestSupport

@testable import LocalRegistry
@testable import OCIRegistry

/// A client that pushes images of old and new blobs, got in every way there is.
struct CollectionStress {
    /// Seconds; the fewest that tell old from new, since the store counts whole ones.
    static let grace: Int64 = 2
    /// How many push at once, each mostly between its blobs and its manifest: so many that a collection
    /// always comes upon blobs that are waiting for theirs.
    static let pushers = 12

    private let store: Store
    private let name: RepositoryName
    private let other: RepositoryName
    private var random: SeededRandom
    /// Blobs of this client, those first that it wanted longest ago.
    private var known: [(bytes: [UInt8], used: ContinuousClock.Instant)] = []

    init(_ number: Int, _ store: Store) throws {
        self.store = store
        random = SeededRandom(seed: UInt64(number))
        // In Gitea's dialect a blob goes with the last version that names it, whoever counts on it.
        let shared = store.dialect == .oci
        name = try RepositoryName("load/\(shared ? 0 : number)")
        other = try RepositoryName("load/\(shared ? 1 : number % Self.pushers + 1)")
    }

    mutating func push() throws {
        let start = ContinuousClock.now
        let contents = [content(), content()]
        for bytes in contents { try provide(bytes) }
        usleep(.random(in: 0..<40_000, using: &random))
        // Some are never named.
        if random.oneIn(4) { return }
        let image = try SampleImage(config: contents[0], layer: contents[1])
        do {
            try store.put(image, tags: [], in: name)
        } catch  where start.duration(to: .now) >= .seconds(Self.grace) {
            return
        }
        let lost = image.blobs.contains { store.blobSize($0, in: name) == nil }
        guard start.duration(to: .now) < .seconds(Self.grace) else {
            // The machine was slower than the grace.
            return try delete(image.digest)
        }
        guard !lost else { throw SupportError("a blob went away under a push") }
        if !random.oneIn(8) { try delete(image.digest) }
    }

    /// A blob that is about to be collected, where there is one.
    private mutating func content() -> [UInt8] {
        let isOld = known.first.map { $0.used + .seconds(Self.grace) < .now } ?? false
        let bytes = isOld ? known.removeFirst().bytes : random.content(size: 100)
        known.append((bytes, .now))
        return bytes
    }

    private func delete(_ digest: Digest) throws {
        switch store.dialect {
        case .oci: _ = try store.deleteManifest(digest, from: name)
        case .gitea: _ = try store.deleteVersion(.digest(digest), from: name)
        }
    }

    private mutating func provide(_ bytes: [UInt8]) throws {
        let digest = SHA2.digest(of: bytes)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: if try store.keep(digest, in: name) { return }
        case 1: if try store.mount(digest, from: other, into: name) { return }
        case 2: if try store.mount(digest, from: nil, into: name) { return }
        default: try store.upload(bytes, to: other)
        }
        try store.upload(bytes, to: name)
    }
}
