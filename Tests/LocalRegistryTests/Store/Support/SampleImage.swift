@testable import OCIRegistry

/// An image of a configuration and one layer, as a test pushes it.
struct SampleImage: Sendable {
    let manifest: Manifest
    let blobs: Set<Digest>
    var digest: Digest { manifest.digest }

    init(config: [UInt8], layer: [UInt8], subject: Descriptor? = nil) throws {
        try self.init(
            config: Descriptor(.ociConfig, config), layer: Descriptor(.ociLayer, layer),
            subject: subject)
    }

    init(config: Descriptor, layer: Descriptor, subject: Descriptor? = nil) throws {
        let image = Manifest.Image(
            mediaType: .ociManifest, config: config, layers: [layer], subject: subject)
        manifest = try Manifest(bytes: JSON.encode(image), declared: .ociManifest)
        blobs = [config.digest, layer.digest]
    }

    /// What another manifest's `subject` says of this one.
    var descriptor: Descriptor { Descriptor(.ociManifest, manifest.bytes) }
}

extension Descriptor {
    /// Of bytes at hand.
    init(_ mediaType: MediaType, _ bytes: [UInt8]) {
        self.init(
            mediaType: mediaType, digest: SHA2.digest(of: bytes), size: Int64(bytes.count))
    }
}
