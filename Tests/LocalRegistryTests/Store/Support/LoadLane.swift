import HTTPTypes
import OCIRegistry

@testable import LocalRegistry
import TestSupport

/// One client that does one thing after the other to a repository of its own, and notes before each
/// what may come of it.
struct LoadLane: Sendable {
    private(set) var own: ExpectedState
    private(set) var mirror: ExpectedState
    private(set) var images: [Digest: SampleImage] = [:]
    /// How often the server has acknowledged something.
    private(set) var acknowledged = 0
    private let dialect: Dialect
    private let shared: SharedLedger
    private var random: SeededRandom
    private var sizes: [Digest: Int64] = [:]

    init(_ number: Int, _ dialect: Dialect, _ shared: SharedLedger, seed: UInt64) throws {
        own = try ExpectedState("load/lane\(number)")
        mirror = try ExpectedState("load/mirror\(number)")
        self.dialect = dialect
        self.shared = shared
        random = SeededRandom(seed: seed &+ UInt64(number))
    }

    /// Goes on until the connection breaks. Throws ``UnexpectedAnswer``.
    mutating func run(port: Int, common: [UInt8]) async throws {
        let requests = RegistryRequests(port: port)
        do {
            if random.oneIn(2) { try await pushShared(common, requests) }
            while true { try await step(common, requests) }
        } catch let error as OCIError where [.unreachable, .temporary].contains(error.kind) {}
    }

    /// What is wrong with the store that a killed server left; what is found counts from then on.
    mutating func compare(with store: Store) throws -> [String] {
        var problems: [String] = []
        for digest in try RepositoryState(of: own.name, in: store).blobs
        where store.blobSize(digest, in: own.name) != sizes[digest] {
            problems.append("\(digest) has another size")
        }
        problems += try [own.compare(with: store, images: images)].compactMap(\.self)
        problems += try [mirror.compare(with: store, images: images)].compactMap(\.self)
        return problems + (try compareReferrers(with: store))
    }

    private func compareReferrers(with store: Store) throws -> [String] {
        guard dialect == .oci else { return [] }
        let subjects = Dictionary(grouping: own.acknowledged.manifests) {
            images[$0]?.manifest.subject?.digest
        }
        return try subjects.compactMap { subject, manifests in
            guard let subject else { return nil }
            let listed = try store.referrers(of: subject, in: own.name, limit: 1000).descriptors
            return Set(listed.map(\.digest)) == Set(manifests)
                ? nil : "\(subject) has the referrers \(listed.map(\.digest)), not \(manifests)"
        }
    }

    private mutating func step(_ common: [UInt8], _ requests: RegistryRequests) async throws {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: try await push(as: ["a", "b", "c"].randomElement(using: &random), requests)
        case 2: try await push(as: nil, requests)
        case 3: try await deleteManifest(requests)
        case 4: try await deleteTag(requests)
        case 5: try await mount(requests)
        case 6: try await deleteBlob(requests)
        case 7, 8: try await pushShared(common, requests)
        default: _ = try await upload(requests)
        }
    }

    /// Makes a request whose outcome is one of these states, the last one when it goes well.
    private mutating func change(
        _ repository: WritableKeyPath<LoadLane, ExpectedState>, to states: RepositoryState...,
        by body: () async throws -> Void
    ) async throws {
        self[keyPath: repository].possible = states
        try await body()
        if let last = states.last { self[keyPath: repository].acknowledged = last }
        self[keyPath: repository].possible = []
        acknowledged += 1
    }

    private mutating func upload(_ requests: RegistryRequests) async throws -> Descriptor {
        let size = [1, 300, 5000, 70_000, 1_000_000].randomElement(using: &random) ?? 1
        let bytes = random.content(size: size)
        let isLong = dialect == .oci && random.oneIn(5)
        let digest = SHA2.digest(of: bytes, isLong ? .sha512 : .sha256)
        let method = RegistryRequests.UploadMethod.allCases.randomElement(using: &random) ?? .single
        sizes[digest] = Int64(bytes.count)
        let name = own.name
        try await change(\.own, to: own.acknowledged.changed { $0.blobs.insert(digest) }) {
            try await requests.upload(bytes, digest, to: name, by: method)
        }
        return Descriptor(
            mediaType: .ociLayer, digest: digest, size: Int64(bytes.count))
    }

    /// With `tag` nil by digest, about another manifest in the OCI dialect.
    private mutating func push(as tag: String?, _ requests: RegistryRequests) async throws {
        let config = try await upload(requests)
        let layer = try await upload(requests)
        let subject = tag == nil ? own.acknowledged.manifests.sorted().first : nil
        let image = try SampleImage(
            config: config, layer: layer, subject: subject.flatMap { images[$0]?.descriptor })
        images[image.digest] = image
        let name = own.name
        let stored = own.acknowledged.changed { $0.manifests.insert(image.digest) }
        let pointed = stored.changed { state in
            if dialect == .gitea { state.blobs.subtract(image.blobs) }
            guard dialect == .gitea || tag != nil else { return }
            let old = state.tags.updateValue(image.digest, forKey: tag ?? "\(image.digest)")
            if dialect == .gitea, let old { state.manifests.remove(old) }
        }
        // In Gitea's dialect a manifest is not there without its version.
        try await change(
            \.own, to: dialect == .gitea ? pointed : stored, pointed
        ) { try await requests.put(image.manifest, as: tag ?? "\(image.digest)", to: name) }
    }

    private mutating func deleteManifest(_ requests: RegistryRequests) async throws {
        guard let digest = own.acknowledged.manifests.sorted().randomElement(using: &random) else {
            return
        }
        let after = own.acknowledged.changed { state in
            state.manifests.remove(digest)
            state.tags = state.tags.filter { $0.value != digest }
        }
        let path = "/v2/\(own.name)/manifests/\(digest)"
        try await change(\.own, to: after) { try await requests.send(.delete, path, 202) }
    }

    private mutating func deleteTag(_ requests: RegistryRequests) async throws {
        let tags = own.acknowledged.tags.keys.filter { !$0.contains(":") }
        guard let tag = tags.sorted().randomElement(using: &random) else { return }
        let after = own.acknowledged.changed { state in
            let digest = state.tags.removeValue(forKey: tag)
            if dialect == .gitea, let digest { state.manifests.remove(digest) }
        }
        let path = "/v2/\(own.name)/manifests/\(tag)"
        try await change(\.own, to: after) { try await requests.send(.delete, path, 202) }
    }

    private mutating func mount(_ requests: RegistryRequests) async throws {
        guard let digest = own.acknowledged.blobs.sorted().randomElement(using: &random) else {
            return
        }
        let after = mirror.acknowledged.changed { $0.blobs.insert(digest) }
        let path = "/v2/\(mirror.name)/blobs/uploads/?mount=\(digest)&from=\(own.name)"
        try await change(\.mirror, to: after) { try await requests.send(.post, path, 201) }
    }

    private mutating func deleteBlob(_ requests: RegistryRequests) async throws {
        guard let digest = own.acknowledged.blobs.sorted().randomElement(using: &random) else {
            return
        }
        let after = own.acknowledged.changed { $0.blobs.remove(digest) }
        let path = "/v2/\(own.name)/blobs/\(digest)"
        try await change(\.own, to: after) { try await requests.send(.delete, path, 202) }
    }

    /// All lanes push one layer into one repository and move one tag.
    private mutating func pushShared(
        _ common: [UInt8], _ requests: RegistryRequests
    ) async throws {
        let config = random.content(size: 100)
        let image = try SampleImage(config: config, layer: common)
        images[image.digest] = image
        let name = shared.name
        for bytes in [common, config] {
            let digest = SHA2.digest(of: bytes)
            let method =
                RegistryRequests.UploadMethod.allCases.randomElement(using: &random) ?? .single
            try await requests.upload(bytes, digest, to: name, by: method)
            if dialect == .oci { shared.has(digest) }
            acknowledged += 1
        }
        let number = shared.begin(image.digest)
        try await requests.put(image.manifest, as: shared.tag.description, to: name)
        shared.end(number)
        acknowledged += 1
    }
}
