import SystemPackage

/// An image in an archive that is compressed as a whole: read through once for what it is about,
/// and once more for each call that wants layers, which come in the archive's order.
struct DockerArchiveStream: UnpackedImage {
    private let file: OpenFile
    private let limits: DockerArchive.Limits
    private let contents: DockerArchive.Contents
    /// The layers by the path at which their content is, links followed.
    private let layers: [String: Digest]

    init(_ file: OpenFile, reference: String?, limits: DockerArchive.Limits) async throws {
        self.file = file
        self.limits = limits
        let what = file.path.string
        var survey = try await Self.survey(Self.archive(file, limits))
        func bytes(_ path: String, limit: Int) async throws -> [UInt8] {
            guard let entry = try survey.index.file(path) else {
                throw DockerArchive.missing(path, what)
            }
            if let kept = survey.documents[entry.name], kept.count <= limit { return kept }
            return try await Self.fetch(entry.name, limit, Self.archive(file, limits), what)
        }
        do {
            let manifest = try DockerArchiveManifest(
                bytes: try await bytes(
                    DockerArchiveManifest.path, limit: DockerArchiveManifest.sizeLimit),
                archive: what)
            let item = try manifest.select(reference, archive: what)
            let config = try await bytes(item.config, limit: ImageConfig.sizeLimit)
            contents = try DockerArchive.Contents(item, config: config, archive: what)
            survey.documents = [:]
            var layers: [String: Digest] = [:]
            for (diffID, path) in contents.paths {
                guard let entry = try survey.index.file(path) else {
                    throw DockerArchive.missing(path, what)
                }
                guard layers.updateValue(diffID, forKey: entry.name) == nil else {
                    throw OCIError(.badData, "'\(path.prefix(200))' stands for two layers")
                }
            }
            self.layers = layers
        } catch let error as OCIError {
            throw error.about(what)
        }
    }

    var diffIDs: [Digest] { contents.diffIDs }
    var configDigest: Digest { contents.configDigest }
    func config() -> [UInt8] { contents.config }

    func readLayers(
        _ wanted: Set<Digest>, parallel: Int,
        _ receive: @escaping @Sendable (UnpackedLayer) async throws -> Void
    ) async throws {
        let what = file.path.string
        var rest = Set(try contents.inOrder(wanted, archive: what))
        let archive = Self.archive(file, limits)
        while !rest.isEmpty, let entry = try await archive.next() {
            guard let diffID = layers[entry.name], rest.remove(diffID) != nil else { continue }
            let reader = DecompressingReader(
                await archive.content(), limits: .init(output: limits.decompressed),
                what: "layer \(diffID.short) of \(what)")
            try await receive(UnpackedLayer(diffID: diffID, size: entry.size, content: reader))
        }
        if let absent = rest.min() {
            throw OCIError(.badData, "layer \(absent) is no longer there", subject: what)
        }
    }

    private static func archive(_ file: OpenFile, _ limits: DockerArchive.Limits) -> TarStream {
        TarStream(
            DecompressingReader(
                file.whole.reader(), limits: .init(output: limits.decompressed),
                what: file.path.string),
            what: file.path.string)
    }

    /// All names, and those small documents that may turn out to be needed.
    private static func survey(
        _ archive: TarStream
    ) async throws -> (index: TarIndex, documents: [String: [UInt8]]) {
        var index = TarIndex()
        var documents = DocumentKeeper()
        while let entry = try await archive.next() {
            try index.add(entry)
            if let bytes = try await documents.read(entry, of: archive) {
                documents.keep(bytes, as: entry.name)
            }
        }
        return (index, documents.kept)
    }

    /// A member that was not kept, from another pass.
    private static func fetch(
        _ name: String, _ limit: Int, _ archive: TarStream, _ what: String
    ) async throws -> [UInt8] {
        while let entry = try await archive.next() {
            guard entry.name == name, entry.kind == .file else { continue }
            return try await archive.content().collect(limit: limit, what: "\(name) of \(what)")
        }
        throw DockerArchive.missing(name, what)
    }
}
