/// What `docker save` writes, made without Docker.
public struct DockerArchive: Sendable {
    /// Which generation of Docker it looks like.
    public enum Style: Sendable, CaseIterable {
        /// Up to Docker 24: `ID/layer.tar`, `ID/json`, `ID/VERSION`; repeated layers are links.
        case legacy
        /// From Docker 25: also an OCI layout, whose uncompressed blobs `manifest.json` names.
        case oci
    }

    /// One line of `manifest.json`.
    struct Item {
        var config: String
        var tags: [String]
        var layers: [String]

        var json: String {
            let tags = tags.map(quoted).joined(separator: ",")
            let layers = layers.map(quoted).joined(separator: ",")
            return """
                {"Config":\(quoted(config)),\
                "RepoTags":\(tags.isEmpty ? "null" : "[\(tags)]"),"Layers":[\(layers)]}
                """
        }
    }

    /// The members before `manifest.json`.
    var entries: [TarEntry] = []
    var items: [Item] = []

    /// An archive of one image.
    public init(
        _ image: FixtureImage = .small(), tags: [String] = ["fixture:latest"],
        style: Style = .oci, compression: FixtureCompression = .none
    ) throws {
        self.init()
        try add(image, tags: tags, style: style, compression: compression)
    }

    /// An archive without images.
    public init() {}

    /// The archive.
    public var bytes: [UInt8] {
        let list = "[\(items.map(\.json).joined(separator: ","))]"
        return TarArchive(entries + [.text("manifest.json", list)]).bytes
    }

    /// Adds an image; the members of its layers are compressed where that is asked for.
    public mutating func add(
        _ image: FixtureImage, tags: [String], style: Style = .oci,
        compression: FixtureCompression = .none
    ) throws {
        switch style {
        case .legacy: try addLegacy(image, tags, compression)
        case .oci: try addOCI(image, tags, compression)
        }
    }

    private mutating func addLegacy(
        _ image: FixtureImage, _ tags: [String], _ compression: FixtureCompression
    ) throws {
        var paths: [String] = []
        var firstByDiffID: [String: String] = [:]
        for (index, layer) in image.layers.enumerated() {
            let id = Sha256.hex(Array("\(paths.last ?? "")\(index)\(layer.diffID)".utf8))
            entries.append(TarEntry("\(id)/", .directory))
            entries.append(.text("\(id)/VERSION", "1.0"))
            entries.append(.text("\(id)/json", #"{"id":"\#(id)","os":"linux"}"#))
            let path = "\(id)/layer.tar"
            if let first = firstByDiffID[layer.diffID] {
                entries.append(TarEntry(path, .symbolicLink("../\(first)")))
            } else {
                entries.append(TarEntry(path, .file(try compression.compress(layer.tar))))
                firstByDiffID[layer.diffID] = path
            }
            paths.append(path)
        }
        let config = "\(Sha256.hex(image.config)).json"
        entries.append(TarEntry(config, .file(image.config)))
        items.append(Item(config: config, tags: tags, layers: paths))
    }

    private mutating func addOCI(
        _ image: FixtureImage, _ tags: [String], _ compression: FixtureCompression
    ) throws {
        var layout = OCILayout()
        layout.list(try layout.add(image, compression: compression), tag: tags.first)
        entries.append(TarEntry("blobs/", .directory))
        entries.append(TarEntry("blobs/sha256/", .directory))
        entries += layout.files.map { TarEntry($0.path, .file($0.content)) }
        let layers = try image.layers.map { layer in
            "blobs/sha256/\(Sha256.hex(try compression.compress(layer.tar)))"
        }
        let config = "blobs/sha256/\(Sha256.hex(image.config))"
        items.append(Item(config: config, tags: tags, layers: layers))
    }
}
