/// An OCI image layout under construction: a directory, an archive, or a registry's content.
public struct OCILayout: Sendable {
    /// Everything under `blobs/sha256`, by digest.
    public private(set) var blobs: [String: [UInt8]] = [:]
    /// The manifests among the blobs, with their media types; children before parents.
    public private(set) var manifests: [FixtureDescriptor] = []
    /// What `index.json` lists.
    public private(set) var roots: [FixtureDescriptor] = []
    private let digest: Digester

    /// An empty layout.
    public init(digest: @escaping Digester = Sha256.digest) { self.digest = digest }

    /// A layout with one image under a tag.
    public static func image(
        _ image: FixtureImage = .small(), tag: String = "latest",
        compression: FixtureCompression = .gzip, format: FixtureFormat = .oci
    ) throws -> OCILayout {
        var layout = OCILayout()
        layout.list(try layout.add(image, compression: compression, format: format), tag: tag)
        return layout
    }

    /// A layout like BuildKit's: an index of amd64 and arm64 with an attestation for each.
    public static func index(tag: String = "latest", seed: UInt64 = 1) throws -> OCILayout {
        var layout = OCILayout()
        layout.list(try layout.addPlatforms(seed: seed), tag: tag)
        return layout
    }

    /// A layout whose root is an index that contains that of `index` and one more image.
    public static func nestedIndex(tag: String = "latest", seed: UInt64 = 1) throws -> OCILayout {
        var layout = OCILayout()
        let inner = try layout.addPlatforms(seed: seed)
        let other = try layout.add(.small(seed: seed + 20, architecture: "riscv64"))
        layout.list(layout.addIndex([inner, other]), tag: tag)
        return layout
    }

    /// Adds any blob.
    @discardableResult
    public mutating func add(blob: [UInt8], mediaType: String) -> FixtureDescriptor {
        let name = digest(blob)
        blobs[name] = blob
        return FixtureDescriptor(mediaType: mediaType, digest: name, size: blob.count)
    }

    /// Adds an image with its configuration and layers.
    public mutating func add(
        _ image: FixtureImage, compression: FixtureCompression = .gzip,
        format: FixtureFormat = .oci
    ) throws -> FixtureDescriptor {
        let layers = try image.layers.map { layer in
            add(blob: try compression.compress(layer.tar), mediaType: format.layer(compression))
        }
        let config = add(blob: image.config, mediaType: format.config)
        let parts = ["linux", image.architecture] + (image.variant.map { [$0] } ?? [])
        return addManifest(
            config: config, layers: layers, format: format,
            platform: parts.joined(separator: "/"))
    }

    /// Adds an image manifest over blobs that are there or, for a broken layout, are not.
    public mutating func addManifest(
        config: FixtureDescriptor, layers: [FixtureDescriptor], format: FixtureFormat = .oci,
        subject: FixtureDescriptor? = nil, platform: String? = nil
    ) -> FixtureDescriptor {
        let list = layers.map(\.json).joined(separator: ",")
        let subject = subject.map { #","subject":\#($0.json)"# } ?? ""
        let text = """
            {"schemaVersion":2,"mediaType":\(quoted(format.manifest)),\
            "config":\(config.json),"layers":[\(list)]\(subject)}
            """
        var result = add(blob: Array(text.utf8), mediaType: format.manifest)
        manifests.append(result)
        result.platform = platform
        return result
    }

    /// Adds an index of these manifests.
    public mutating func addIndex(
        _ children: [FixtureDescriptor], format: FixtureFormat = .oci
    ) -> FixtureDescriptor {
        let list = children.map(\.json).joined(separator: ",")
        let text = """
            {"schemaVersion":2,"mediaType":\(quoted(format.index)),"manifests":[\(list)]}
            """
        let result = add(blob: Array(text.utf8), mediaType: format.index)
        manifests.append(result)
        return result
    }

    /// Adds a provenance attestation about an image in the form that BuildKit gives it.
    public mutating func addAttestation(for image: FixtureDescriptor) -> FixtureDescriptor {
        let predicate = "https://slsa.dev/provenance/v0.2"
        let statement = """
            {"_type":"https://in-toto.io/Statement/v0.1","predicateType":"\(predicate)",\
            "subject":[{"name":"_","digest":{"sha256":"\(image.digest.dropFirst(7))"}}],\
            "predicate":{"builder":{"id":""}}}
            """
        var layer = add(blob: Array(statement.utf8), mediaType: "application/vnd.in-toto+json")
        layer.annotations = ["in-toto.io/predicate-type": predicate]
        let config = """
            {"architecture":"unknown","os":"unknown","config":{},\
            "rootfs":{"type":"layers","diff_ids":["\(layer.digest)"]}}
            """
        var result = addManifest(
            config: add(blob: Array(config.utf8), mediaType: FixtureFormat.oci.config),
            layers: [layer], platform: "unknown/unknown")
        result.annotations = [
            "vnd.docker.reference.digest": image.digest,
            "vnd.docker.reference.type": "attestation-manifest",
        ]
        return result
    }

    /// Lists a manifest in `index.json`, under a tag if there is one.
    public mutating func list(_ descriptor: FixtureDescriptor, tag: String? = nil) {
        var root = descriptor
        if let tag { root.annotations["org.opencontainers.image.ref.name"] = tag }
        roots.append(root)
    }

    /// Puts other bytes under a digest, or none at all.
    public mutating func replace(_ digest: String, with bytes: [UInt8]?) { blobs[digest] = bytes }

    private mutating func addPlatforms(seed: UInt64) throws -> FixtureDescriptor {
        let amd = try add(.small(seed: seed))
        let arm = try add(.small(seed: seed + 10, architecture: "arm64"))
        let attestations = [addAttestation(for: amd), addAttestation(for: arm)]
        return addIndex([amd, arm] + attestations)
    }
}
