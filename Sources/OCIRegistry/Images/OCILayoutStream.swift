import Synchronization

/// An OCI layout in a tar archive that can only be read from beginning to end: a compressed
/// file, or what an engine with the containerd store exports. One pass for the documents, one
/// more for each call that wants blobs.
actor OCILayoutStream: PackedImage {
    /// How the manifest at the top is known.
    enum Root {
        case known(Descriptor)
        /// As index.json has it; see ``OCILayoutIndex/select(_:layout:)``.
        case select(String?)
        /// The manifest in index.json with this digest.
        case digest(Digest)
    }

    private let name: String
    private let wantedRoot: Root
    private let open: @Sendable () async throws -> any ByteReader
    /// How a stream that breaks off is met.
    private let retry: RetryPolicy
    /// Manifests and configurations, once there was a pass.
    private var survey: Survey?

    /// What a pass for the documents finds.
    struct Survey: Sendable {
        var marker: [UInt8]?
        var index: [UInt8]?
        var documents: [Digest: [UInt8]] = [:]
    }

    /// Reads what `open` gives, and anew where that breaks off; `survey` is what an earlier pass
    /// found.
    init(
        _ name: String, root: Root, survey: Survey? = nil, retry: RetryPolicy,
        open: @escaping @Sendable () async throws -> any ByteReader
    ) {
        self.name = name
        self.wantedRoot = root
        self.open = open
        self.survey = survey
        self.retry = retry
    }

    var root: Descriptor {
        get async throws {
            if case .known(let descriptor) = wantedRoot { return descriptor }
            let found = try await surveyed()
            guard let marker = found.marker, let index = found.index else {
                throw OCIError(
                    .badData, "is not an OCI layout: it has no oci-layout or no index.json",
                    subject: name)
            }
            let layout = try OCILayoutIndex(marker: marker, index: index, layout: name)
            switch wantedRoot {
            case .digest(let digest): return try layout.select("@\(digest)", layout: name)
            case .select(let selector): return try layout.select(selector, layout: name)
            case .known(let descriptor): return descriptor
            }
        }
    }

    func manifest(_ descriptor: Descriptor) async throws -> [UInt8] {
        if let kept = try await surveyed().documents[descriptor.digest] { return kept }
        let what = "\(descriptor.digest) of \(name)"
        return try await blob(descriptor).open().collect(limit: Manifest.sizeLimit, what: what)
    }

    nonisolated func blob(_ descriptor: Descriptor) -> BlobSource {
        BlobSource { try await self.openBlob(descriptor) }
    }

    private func openBlob(_ descriptor: Descriptor) async throws -> any ByteReader {
        if let kept = survey?.documents[descriptor.digest] { return MemoryReader(kept) }
        let archive = TarStream(try await open(), what: name)
        while let entry = try await archive.next() {
            guard Self.digest(of: entry) == descriptor.digest else { continue }
            try check(entry, descriptor)
            return await archive.content()
        }
        throw OCILayout.missing(descriptor, name)
    }

    func readBlobs(
        _ wanted: [Descriptor], parallel: Int,
        _ receive: @escaping @Sendable (Descriptor, BlobSource) async throws -> Void
    ) async throws {
        var rest: [Digest: Descriptor] = [:]
        for descriptor in wanted { rest[descriptor.digest] = descriptor }
        for (digest, bytes) in survey?.documents ?? [:] {
            if let descriptor = rest.removeValue(forKey: digest) {
                try await receive(descriptor, BlobSource(bytes: bytes))
            }
        }
        try await stream(rest, receive)
    }

    /// Hands over what is wanted from the stream, opened again where it breaks off.
    private nonisolated func stream(
        _ wanted: [Digest: Descriptor],
        _ receive: @Sendable (Descriptor, BlobSource) async throws -> Void
    ) async throws {
        let rest = Mutex(wanted)
        let refusal = try await retry.run { _ in try await pass(for: rest, receive) }
        if let refusal { throw refusal }
        if let absent = rest.withLock({ $0.values.min { $0.digest < $1.digest } }) {
            throw OCILayout.missing(absent, name)
        }
    }

    /// Reads the stream once and hands over what it has of `rest`. Returns what the receiver
    /// throws, which has had its own tries; throws where the stream itself fails.
    private nonisolated func pass(
        for rest: borrowing Mutex<[Digest: Descriptor]>,
        _ receive: @Sendable (Descriptor, BlobSource) async throws -> Void
    ) async throws -> (any Error)? {
        guard !rest.withLock({ $0.isEmpty }) else { return nil }
        let archive = TarStream(try await open(), what: name)
        while !rest.withLock({ $0.isEmpty }), let entry = try await archive.next() {
            guard let digest = Self.digest(of: entry),
                let descriptor = rest.withLock({ $0.removeValue(forKey: digest) })
            else { continue }
            try check(entry, descriptor)
            let first = Once(await archive.content())
            let again = blob(descriptor)
            do {
                try await receive(
                    descriptor,
                    BlobSource {
                        if let reader = first.take() { return reader }
                        return try await again.open()
                    })
            } catch {
                return error
            }
            // Opened later, it would read a member that has gone by.
            _ = first.take()
        }
        return nil
    }

    private nonisolated func check(_ entry: TarEntry, _ descriptor: Descriptor) throws {
        guard entry.size == descriptor.size else {
            throw OCILayout.wrongSize(descriptor, entry.size, name)
        }
    }

    private func surveyed() async throws -> Survey {
        if let survey { return survey }
        let found = try await Self.survey(name, retry, open)
        survey = found
        return found
    }

    /// The digest that a member of the archive claims by its path: `blobs/ALGORITHM/HEX`.
    static func digest(of entry: TarEntry) -> Digest? {
        let parts = entry.name.split(separator: "/")
        guard entry.kind == .file, parts.count == 3, parts[0] == "blobs",
            let algorithm = Digest.Algorithm(rawValue: String(parts[1]))
        else { return nil }
        return Digest(algorithm, hex: parts[2])
    }

    /// A survey of what `open` gives.
    static func survey(
        _ name: String, _ retry: RetryPolicy,
        _ open: @Sendable () async throws -> any ByteReader
    ) async throws -> Survey {
        try await retry.run { _ in try await survey(TarStream(try await open(), what: name)) }
    }

    /// Reads an archive through and keeps the manifests and configurations that its index.json
    /// reaches, as far as there is room.
    private static func survey(_ archive: TarStream) async throws -> Survey {
        var found = Survey()
        var documents = DocumentKeeper()
        while let entry = try await archive.next() {
            guard let bytes = try await documents.read(entry, of: archive) else { continue }
            switch entry.name {
            case OCILayoutIndex.markerPath: found.marker = bytes
            case OCILayoutIndex.indexPath: found.index = bytes
            default:
                if let digest = digest(of: entry),
                    SHA2.digest(of: bytes, digest.algorithm) == digest
                {
                    documents.keep(bytes, as: digest.description)
                }
            }
        }
        guard let index = found.index else { return found }
        var queue = (try? Manifest(bytes: index, declared: .ociIndex))?.children ?? []
        while let descriptor = queue.popLast() {
            guard found.documents[descriptor.digest] == nil,
                let bytes = documents.kept[descriptor.digest.description]
            else { continue }
            found.documents[descriptor.digest] = bytes
            guard let manifest = try? Manifest(bytes: bytes, declared: descriptor.mediaType) else {
                continue
            }
            queue += manifest.children + manifest.blobs.prefix(1)
        }
        return found
    }
}

/// A reader that one caller gets.
private final class Once: Sendable {
    private let reader: Mutex<(any ByteReader)?>

    init(_ reader: any ByteReader) { self.reader = Mutex(reader) }

    func take() -> (any ByteReader)? {
        reader.withLock { reader in
            defer { reader = nil }
            return reader
        }
    }
}
