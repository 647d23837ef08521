import FoundationEssentials
import TestSupport

@testable import OCIRegistry

/// Makes content from a seed: the same seed gives the same bytes, another one none of them.
struct ContentBuilder {
    var content = Content()
    /// What digests are made with.
    var algorithm = Digest.Algorithm.sha256
    /// Whether descriptors carry the content that they tell of.
    var carriesData = false
    /// Whether configurations, manifests and indexes have a field that nobody knows.
    var hasCustomFields = false
    private var seed: UInt64

    init(seed: UInt64) { self.seed = seed << 20 }

    /// Bytes that nothing else has.
    mutating func random(_ count: Int) -> [UInt8] {
        seed += 1
        return FixtureContent.random(count, seed: seed)
    }

    /// A digest of content that is never pushed.
    mutating func absent() -> Digest { SHA2.digest(of: random(256), algorithm) }

    /// Adds a blob.
    mutating func blob(_ bytes: [UInt8], _ type: String) -> Pointer {
        let digest = SHA2.digest(of: bytes, algorithm)
        if !content.blobs.contains(where: { $0.digest == digest }) {
            content.blobs.append(Blob(bytes: bytes, digest: digest))
        }
        return pointer(to: bytes, digest, type)
    }

    /// Adds a layer of one small file; gives its descriptor and its diffID.
    mutating func layer(gzip: Bool = true) async throws -> (pointer: Pointer, diffID: Digest) {
        seed += 1
        let tar = FixtureLayer.random(100, seed: seed).tar
        let diffID = SHA2.digest(of: tar, algorithm)
        guard gzip else { return (blob(tar, ContentType.layer), diffID) }
        let reader = CompressingReader(
            MemoryReader(tar), compression: .defaultGzip, parallel: 1)
        let packed = try await reader.collect(limit: 1 << 20, what: "a layer")
        return (blob(packed, ContentType.gzipLayer), diffID)
    }

    /// Adds a configuration.
    mutating func config(_ architecture: String, _ diffIDs: [Digest]) -> Pointer {
        struct Config: Encodable {
            struct RootFS: Encodable {
                var type = "layers"
                var diff_ids: [Digest]
            }
            var architecture: String
            var os = "linux"
            var rootfs: RootFS
            var custom: String?
        }
        let config = Config(
            architecture: architecture, rootfs: .init(diff_ids: diffIDs), custom: customField())
        return blob(JSON.encode(config), ContentType.config)
    }

    /// Adds an image.
    @discardableResult
    mutating func image(
        _ architecture: String = "amd64", layers count: Int = 2, gzip: Bool = true,
        tag: String? = nil, subject: Pointer? = nil, annotations: [String: String]? = nil
    ) async throws -> Pointer {
        var layers: [Pointer] = []
        var diffIDs: [Digest] = []
        for _ in 0..<count {
            let layer = try await layer(gzip: gzip)
            layers.append(layer.pointer)
            diffIDs.append(layer.diffID)
        }
        return manifest(
            config: config(architecture, diffIDs), layers: layers, tag: tag, subject: subject,
            annotations: annotations)
    }

    /// Adds an artifact with the empty configuration and one layer.
    @discardableResult
    mutating func artifact(
        type: String = ContentType.first, layer: [UInt8]? = nil, layerType: String? = nil,
        tag: String? = nil, subject: Pointer? = nil, annotations: [String: String]? = nil
    ) -> Pointer {
        let config = blob(Array("{}".utf8), ContentType.emptyJSON)
        let layer = blob(layer ?? random(2048), layerType ?? type)
        return manifest(
            config: config, layers: [layer], type: type, tag: tag, subject: subject,
            annotations: annotations)
    }

    /// Adds an image manifest.
    @discardableResult
    mutating func manifest(
        config: Pointer, layers: [Pointer], type: String? = nil, tag: String? = nil,
        subject: Pointer? = nil, annotations: [String: String]? = nil
    ) -> Pointer {
        add(
            Paper(
                mediaType: ContentType.manifest, artifactType: type, config: config,
                layers: layers, subject: subject, annotations: annotations), tag)
    }

    /// Adds an index.
    @discardableResult
    mutating func index(
        of manifests: [Pointer], type: String? = nil, tag: String? = nil, subject: Pointer? = nil,
        annotations: [String: String]? = nil
    ) -> Pointer {
        add(
            Paper(
                mediaType: ContentType.index, artifactType: type, manifests: manifests,
                subject: subject, annotations: annotations), tag)
    }

    /// Adds an index of one image for each of two platforms.
    @discardableResult
    mutating func platforms(tag: String? = nil, subject: Pointer? = nil) async throws -> Pointer {
        var manifests: [Pointer] = []
        for architecture in ["amd64", "arm64"] {
            manifests.append(try await image(architecture).on(architecture))
        }
        return index(of: manifests, tag: tag, subject: subject)
    }

    private mutating func add(_ paper: Paper, _ tag: String?) -> Pointer {
        var paper = paper
        paper.custom = customField()
        let type = paper.mediaType ?? ""
        let bytes = JSON.encode(paper)
        let digest = SHA2.digest(of: bytes, algorithm)
        var entry = Pointer(mediaType: type, digest: digest, size: bytes.count)
        entry.artifactType = paper.artifactType ?? paper.config?.mediaType
        entry.annotations = paper.annotations
        content.documents.append(
            Document(
                bytes: bytes, digest: digest, mediaType: type, tags: tag.map { [$0] } ?? [],
                subject: paper.subject?.digest, entry: entry))
        return pointer(to: bytes, digest, type)
    }

    private func pointer(to bytes: [UInt8], _ digest: Digest, _ type: String) -> Pointer {
        var pointer = Pointer(mediaType: type, digest: digest, size: bytes.count)
        if carriesData { pointer.data = Data(bytes).base64EncodedString() }
        return pointer
    }

    private func customField() -> String? { hasCustomFields ? "custom \(seed)" : nil }
}

extension Pointer {
    /// The same descriptor for a platform of an index.
    func on(_ architecture: String) -> Pointer {
        var copy = self
        copy.platform = ["os": "linux", "architecture": architecture]
        return copy
    }
}
