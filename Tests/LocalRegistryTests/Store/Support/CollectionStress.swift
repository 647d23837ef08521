import TestSupport

@testable import LocalRegistry
@testable import OCIRegistry

/// A client that pushes images of old and new blobs, got in every way there is.
struct CollectionStress {
    /// Seconds; the fewest that tell old from new, since the store counts whole ones.
    static let grace: Int64 = 2
    /// How many blobs there are: so many that most have grown old when they are next wanted.
    private static let pool = 400

    private let store: Store
    private let name: RepositoryName
    private let other: RepositoryName
    private var random: SeededRandom
    private var stored: [Digest] = []

    init(_ number: Int, _ store: Store) throws {
        self.store = store
        random = SeededRandom(seed: UInt64(number))
        // In Gitea's dialect a blob goes with the last version that names it, whoever counts on it.
        let shared = store.dialect == .oci
        name = try RepositoryName("load/\(shared ? 0 : number)")
        other = try RepositoryName("load/\(shared ? 1 : number % 3 + 1)")
    }

    mutating func push() throws {
        let start = ContinuousClock.now
        let contents = (0..<2).map { _ in
            Array("blob \(Int.random(in: 0..<Self.pool, using: &random))".utf8)
        }
        for bytes in contents { try provide(bytes) }
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
        stored.append(image.digest)
        if stored.count > 20 { try delete(stored.removeFirst()) }
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
