import Console
import OCIRegistry

/// An image or index in the words of `publisher inspect`.
struct ImageDescription: Encodable {
    var reference: String
    var digest: Digest
    var mediaType: MediaType
    var size: Int64
    var platforms: [String]
    var created: String?
    var config: Digest?
    var layers: [Descriptor]?
    var manifests: [Descriptor]?
    var labels: [String: String]?
    var annotations: [String: String]?
    var subject: Digest?

    init(reference: String, manifest: Manifest, configuration: [UInt8]?) throws {
        self.reference = reference
        digest = manifest.digest
        mediaType = manifest.mediaType
        size = Int64(manifest.bytes.count)
        subject = manifest.subject?.digest
        switch manifest.view {
        case .index(let index):
            manifests = index.manifests
            annotations = index.annotations
            platforms = index.manifests.compactMap(\.platform).filter { !$0.isUnknown }
                .map(\.description)
        case .image(let image):
            layers = image.layers
            annotations = image.annotations
            config = image.config.digest
            let parsed = configuration.flatMap { try? ImageConfig(bytes: $0) }
            platforms = parsed?.platform.map { ["\($0)"] } ?? []
            created = parsed?.created
            labels = parsed?.config?.labels
        }
    }

    /// The description for people.
    var text: String {
        var table = Table()
        table.add("reference", reference)
        table.add("digest", "\(digest)")
        table.add("type", "\(mediaType)")
        if !platforms.isEmpty { table.add("platforms", platforms.joined(separator: ", ")) }
        if let created { table.add("created", created) }
        if let config { table.add("config", "\(config)") }
        if let subject { table.add("subject", "\(subject)") }
        for (key, value) in (labels ?? [:]).sorted(by: { $0.key < $1.key }) {
            table.add("label", "\(key)=\(value)")
        }
        for (key, value) in (annotations ?? [:]).sorted(by: { $0.key < $1.key }) {
            table.add("annotation", "\(key)=\(value)")
        }
        for layer in layers ?? [] {
            table.add("layer", "\(layer.digest)  \(Sizes.text(layer.size))  \(layer.mediaType)")
        }
        for child in manifests ?? [] {
            let what = child.platform.map { "\($0)" } ?? "\(child.mediaType)"
            table.add("manifest", "\(child.digest)  \(Sizes.text(child.size))  \(what)")
        }
        if let layers {
            table.add("total", Sizes.text(layers.reduce(0) { $0 + $1.size }))
        }
        return table.text
    }
}
