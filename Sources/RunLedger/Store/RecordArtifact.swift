import FoundationEssentials
public import OCIRegistry

/// A record as an artifact of a registry: the envelope as the only layer, which stands in the manifest
/// too, so that one request reads it. OCI image-spec, manifest.md, "Guidelines for Artifact Usage".
public struct RecordArtifact: Sendable {
    /// What kind of artifact a record is. in-toto attestation v1, bundle.md, "Media type".
    public static let type = "application/vnd.in-toto.provenance+dsse"
    static let envelopeType = MediaType(rawValue: "application/vnd.dsse.envelope.v1+json")
    static let emptyType = MediaType(rawValue: "application/vnd.oci.empty.v1+json")
    static let empty = Array("{}".utf8)
    /// Bytes of an envelope that stand in the manifest at most.
    static let inlineLimit = 256 << 10

    /// The manifest.
    public let manifest: Manifest
    /// The envelope's bytes.
    public let envelope: [UInt8]

    /// The artifact of a record that is about `subject`. Throws ``OCIError``.
    public init(_ signed: SignedRecord, subject: Descriptor?) throws(OCIError) {
        envelope = signed.bytes
        let record = signed.record
        var about = subject
        about?.annotations = nil
        about?.platform = nil
        let empty = Descriptor(
            mediaType: Self.emptyType, digest: SHA2.digest(of: Self.empty), size: 2,
            data: Data(Self.empty).base64EncodedString())
        let layer = Descriptor(
            mediaType: Self.envelopeType, digest: SHA2.digest(of: signed.bytes),
            size: Int64(signed.bytes.count),
            annotations: ["org.opencontainers.image.title": "\(signed.tag).dsse.json"],
            data: signed.bytes.count <= Self.inlineLimit
                ? Data(signed.bytes).base64EncodedString() : nil)
        let image = Manifest.Image(
            mediaType: .ociManifest, config: empty, layers: [layer], artifactType: Self.type,
            subject: about,
            annotations: [
                "org.opencontainers.image.created": (record.finished ?? record.started)
                    .formatted(.iso8601)
            ])
        manifest = try Manifest(bytes: JSON.encode(image), declared: .ociManifest)
    }

    /// The envelope in a manifest, from its own bytes; nil where it is to be had as a blob: ``blob``.
    ///
    /// Throws ``RecordFault`` for an artifact of another kind.
    static func envelope(in manifest: Manifest) throws(RecordFault) -> [UInt8]? {
        guard let layer = layer(in: manifest) else {
            throw RecordFault(.malformed, "it is no record: an artifact of another kind")
        }
        guard let text = layer.data, let data = Data(base64Encoded: text) else { return nil }
        let bytes = [UInt8](data)
        guard SHA2.digest(of: bytes, layer.digest.algorithm) == layer.digest else {
            throw RecordFault(.malformed, "its manifest holds another envelope than it names")
        }
        return bytes
    }

    /// The digest of the envelope that a manifest names.
    static func blob(in manifest: Manifest) -> Digest? { layer(in: manifest)?.digest }

    private static func layer(in manifest: Manifest) -> Descriptor? {
        guard case .image(let image) = manifest.view, image.artifactType == type,
            image.layers.count == 1, let layer = image.layers.first,
            layer.mediaType == envelopeType
        else { return nil }
        return layer
    }
}
