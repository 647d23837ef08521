import Synchronization

/// An image in a Docker Engine's classic store, read from the stream in which the engine exports
/// it. What a layer's place in the stream does not prove is learned by hashing it in passing.
actor EngineImage: UnpackedImage {
    nonisolated let configDigest: Digest
    nonisolated let diffIDs: [Digest]
    private let name: String
    private let save: @Sendable () async throws -> any ByteReader
    private let legacy: LegacyLayerID
    /// What can be read without an export.
    private let store: EngineStore?
    /// Layers that the store was asked for: once each.
    private var asked: Set<Digest> = []
    private var knownConfig: [UInt8]?
    /// Layers whose place does not tell what they are, by their path.
    private var learned: [String: Digest] = [:]

    /// Takes what the engine says of the image; `config` where an earlier pass met it, `store`
    /// where its storage is on this machine.
    init(
        name: String, configDigest: Digest, diffIDs: [Digest], config: [UInt8]? = nil,
        store: EngineStore? = nil,
        save: @escaping @Sendable () async throws -> any ByteReader
    ) {
        self.name = name
        self.configDigest = configDigest
        self.diffIDs = diffIDs
        self.save = save
        legacy = LegacyLayerID(diffIDs)
        self.store = store
        knownConfig = config ?? store?.config(configDigest)
    }

    func config() async throws -> [UInt8] {
        if knownConfig == nil { try await readLayers([], parallel: 1) { _ in } }
        guard let knownConfig else {
            throw OCIError(
                .protocolViolation, "the Docker Engine exported no configuration \(configDigest)",
                subject: name, advice: "run 'docker save' on the image to see what is wrong")
        }
        return knownConfig
    }

    func learnConfig(from find: @Sendable (Digest) async -> [UInt8]?) async {
        guard knownConfig == nil, let bytes = await find(configDigest),
            SHA2.digest(of: bytes, configDigest.algorithm) == configDigest
        else { return }
        knownConfig = bytes
    }

    func readLayers(
        _ wanted: Set<Digest>, parallel: Int,
        _ receive: @escaping @Sendable (UnpackedLayer) async throws -> Void
    ) async throws {
        if let absent = wanted.subtracting(diffIDs).min() {
            throw OCIError(.notFound, "has no layer \(absent)", subject: name)
        }
        var rest = wanted.subtracting(try await readStore(wanted, parallel, receive))
        guard !rest.isEmpty || knownConfig == nil else { return }
        repeat {
            let knownBefore = learned.count
            var pass = Pass(unidentified: Set(diffIDs).subtracting(learned.values))
            let archive = TarStream(try await save(), what: name)
            while !rest.isEmpty || knownConfig == nil, let entry = try await archive.next() {
                guard entry.kind == .file else { continue }
                try await visit(entry, of: archive, in: &pass, &rest, receive)
            }
            // Another pass is of use only where this one learned where a wanted layer is.
            if learned.count == knownBefore { break }
        } while !rest.isEmpty
        if let absent = rest.min() {
            throw OCIError(
                .protocolViolation, "the Docker Engine exported no layer \(absent)", subject: name,
                advice: "run 'docker save' on the image to see what is wrong")
        }
    }

    /// Hands over what the engine's storage has, and returns which layers that were. One that
    /// turns out to be unreadable, or another than it should be, is left to the export.
    private func readStore(
        _ wanted: Set<Digest>, _ parallel: Int,
        _ receive: @escaping @Sendable (UnpackedLayer) async throws -> Void
    ) async throws -> Set<Digest> {
        guard let store else { return [] }
        let near = wanted.intersection(store.diffIDs).subtracting(asked)
        asked.formUnion(near)
        let given = Mutex<Set<Digest>>([])
        // A layer that is put together takes more memory than one that is merely read.
        let parallel = min(parallel, BlockBudget.perLayer, 3)
        try await forEach(diffIDs.filter(near.contains), parallel: parallel) { diffID in
            let isFirst = given.withLock { $0.insert(diffID).inserted }
            guard isFirst else { return }
            do {
                try await receive(try store.layer(diffID))
            } catch is TarSplitReader.Unreadable {
                given.withLock { _ = $0.remove(diffID) }
            } catch let error as OCIError where error.kind == .badData {
                given.withLock { _ = $0.remove(diffID) }
            }
        }
        return given.withLock { $0 }
    }

    /// What one reading of the stream has found out.
    private struct Pass {
        /// Layers of which it is not known where they are.
        var unidentified: Set<Digest>
        /// What directories of the legacy form hold, as their names prove.
        var proven: [Substring: Digest] = [:]
    }

    private func visit(
        _ entry: TarEntry, of archive: TarStream, in pass: inout Pass, _ rest: inout Set<Digest>,
        _ receive: @Sendable (UnpackedLayer) async throws -> Void
    ) async throws {
        if knownConfig == nil, claims(entry, configDigest), entry.size <= ImageConfig.sizeLimit {
            let bytes = try await content(archive)
            if SHA2.digest(of: bytes, configDigest.algorithm) == configDigest {
                knownConfig = bytes
            }
            return
        }
        let parts = entry.name.split(separator: "/")
        if parts.count == 2, parts[1] == "json", entry.size <= LegacyLayerID.documentLimit {
            let json = try await content(archive)
            pass.proven[parts[0]] = legacy.diffID(String(parts[0]), json: json)
            return
        }
        let isLegacyLayer = parts.count == 2 && parts[1] == "layer.tar"
        let known =
            learned[entry.name]
            ?? (isLegacyLayer ? pass.proven[parts[0]] : diffIDs.first { claims(entry, $0) })
        if let known {
            pass.unidentified.remove(known)
            guard rest.remove(known) != nil else { return }
            try await receive(
                UnpackedLayer(diffID: known, size: entry.size, content: await archive.content()))
        } else if isLegacyLayer, !rest.isDisjoint(with: pass.unidentified) {
            let digest = try await digest(archive)
            guard pass.unidentified.remove(digest) != nil else { return }
            learned[entry.name] = digest
        }
    }

    /// Whether a member's path says that its content has this digest.
    private func claims(_ entry: TarEntry, _ digest: Digest) -> Bool {
        [OCILayoutIndex.blobPath(digest), "\(digest.hex).json", "\(digest.hex).tar"]
            .contains(entry.name)
    }

    /// The content of a member whose size was checked.
    private func content(_ archive: TarStream) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        let content = await archive.content()
        while let piece = try await content.read() { bytes += piece }
        return bytes
    }

    private func digest(_ archive: TarStream) async throws -> Digest {
        let content = await archive.content()
        var hash = SHA2()
        while let piece = try await content.read() { hash.update(piece) }
        return hash.finalize()
    }
}
