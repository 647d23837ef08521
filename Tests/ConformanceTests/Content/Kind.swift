import Testing

@testable import OCIRegistry

/// The kinds of content that a registry has to take.
enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case image = "an image of two gzip layers"
    case uncompressed = "an image of uncompressed layers"
    case large = "an image whose manifest is 3.9 MB"
    case index = "an index of two platforms"
    case nested = "an index of two indexes"
    case emptyIndex = "an empty index"
    case artifact = "an artifact"
    case artifactIndex = "an index of artifacts"
    case bare = "an artifact with nothing but the empty JSON"
    case subjects = "an image, an image about it and two artifacts about it"
    case indexSubject = "an index and an index of artifacts about it"
    case missingSubject = "an artifact about what was never pushed"
    case data = "descriptors that carry their content"
    case foreign = "layers that are not to be distributed"
    case custom = "fields that nobody knows"
    case noLayers = "an image without layers"
    case sparse = "an image and an index of which a part was never pushed"
    case sha512 = "an index with SHA-512 throughout"
    case tagParameters = "tags as parameters of a SHA-256 digest"
    case tagParameters512 = "tags as parameters of a SHA-512 digest"

    var testDescription: String { rawValue }

    static let withTags = allCases.filter { $0 != .sha512 }
    static let withSubjects: [Kind] = [.subjects, .indexSubject, .missingSubject]

    /// The content, the same each time.
    func make() async throws -> Content {
        var builder = ContentBuilder(seed: UInt64(Self.allCases.firstIndex(of: self) ?? 0) + 1)
        switch self {
        case .image: try await builder.image(tag: "image")
        case .uncompressed: try await builder.image(gzip: false, tag: "uncompressed")
        case .large:
            let value = String(repeating: "A", count: 10_000)
            let pairs = (0..<390).map { ("large-annotation-\($0)", value) }
            try await builder.image(
                tag: "large", annotations: Dictionary(uniqueKeysWithValues: pairs))
        case .index: try await builder.platforms(tag: "index")
        case .nested:
            let indexes = [try await builder.platforms(), try await builder.platforms()]
            builder.index(of: indexes, tag: "nested")
        case .emptyIndex: builder.index(of: [], tag: "empty")
        case .artifact: builder.artifact(tag: "artifact")
        case .artifactIndex:
            let artifacts = [builder.artifact().on("amd64"), builder.artifact().on("arm64")]
            builder.index(of: artifacts, type: ContentType.first, tag: "artifacts")
        case .bare:
            builder.artifact(
                layer: Array("{}".utf8), layerType: ContentType.emptyJSON, tag: "bare")
        case .subjects: try await builder.addSubjects()
        case .indexSubject: try await builder.addIndexSubject()
        case .missingSubject:
            let subject = Pointer(
                mediaType: ContentType.manifest, digest: builder.absent(), size: 123)
            builder.artifact(
                tag: "orphan", subject: subject, annotations: ["org.example.a": "missing"])
        case .data:
            builder.carriesData = true
            try await builder.image(tag: "data")
        case .foreign: try await builder.addForeignLayers()
        case .custom:
            builder.hasCustomFields = true
            try await builder.platforms(tag: "custom")
        case .noLayers: try await builder.image(layers: 0, tag: "no-layers")
        case .sparse: try await builder.addSparse()
        case .sha512:
            builder.algorithm = .sha512
            try await builder.platforms()
        case .tagParameters, .tagParameters512:
            builder.algorithm = self == .tagParameters ? .sha256 : .sha512
            try await builder.platforms(tag: "parameter")
            builder.content.tagsWithDigest = true
            for number in builder.content.documents.indices {
                builder.content.documents[number].tags.append("parameter-\(number)")
            }
        }
        return builder.content
    }
}

extension ContentBuilder {
    fileprivate mutating func addSubjects() async throws {
        let subject = try await image(tag: "subject")
        try await image(subject: subject)
        artifact(tag: "first", subject: subject, annotations: ["org.example.a": "first"])
        artifact(
            type: ContentType.second, layerType: MediaType.octetStream.rawValue, tag: "second",
            subject: subject, annotations: ["org.example.a": "second"])
    }

    fileprivate mutating func addIndexSubject() async throws {
        let subject = try await platforms(tag: "subject")
        // What an index of artifacts lists may be about the same subject as the index.
        let artifacts = [artifact(subject: subject), artifact(subject: subject)]
        index(
            of: [artifacts[0].on("amd64"), artifacts[1].on("arm64")], type: ContentType.first,
            tag: "about", subject: subject, annotations: ["org.example.a": "index"])
    }

    fileprivate mutating func addForeignLayers() async throws {
        var layers: [Pointer] = []
        for type in [ContentType.foreignGzipLayer, ContentType.foreignLayer] {
            var layer = Pointer(mediaType: type, digest: absent(), size: 12345)
            layer.urls = ["https://store.example.com/blobs/\(layer.digest)"]
            layers.append(layer)
        }
        let normal = try await layer()
        let diffIDs = [absent(), layers[1].digest, normal.diffID]
        manifest(
            config: config("amd64", diffIDs), layers: layers + [normal.pointer], tag: "foreign")
    }

    fileprivate mutating func addSparse() async throws {
        try await image(tag: "sparse-image")
        content.blobs.removeFirst()
        let present = try await image()
        let absent = Pointer(mediaType: ContentType.manifest, digest: absent(), size: 1024)
        index(of: [present.on("amd64"), absent.on("arm64")], tag: "sparse-index")
    }
}
