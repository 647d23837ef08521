public import OCIRegistry
import FoundationEssentials

/// A signature of an image as cosign stores it with a key: a "simple signing" document as a layer, its
/// signature beside it, under a tag made of the image's digest. cosign, specs/SIGNATURE_SPEC.md.
public struct ImageSignature: Sendable {
    static let layerType = MediaType(rawValue: "application/vnd.dev.cosign.simplesigning.v1+json")
    static let annotation = "dev.cosignproject.cosign/signature"

    /// The document. containers/image, docs/containers-signature.5.md, "The JSON data format".
    private struct Document: Codable {
        struct Critical: Codable {
            struct Identity: Codable {
                var reference: String

                enum CodingKeys: String, CodingKey { case reference = "docker-reference" }
            }

            struct Image: Codable {
                var digest: Digest

                enum CodingKeys: String, CodingKey { case digest = "docker-manifest-digest" }
            }

            var identity: Identity
            var image: Image
            var type = "cosign container image signature"
        }

        var critical: Critical
        /// cosign writes null where there is nothing; readers refuse a document without it.
        var optional = JSONValue.null
    }

    /// The document's exact bytes, the same for the same image.
    public let payload: [UInt8]
    /// The layer that holds it, with the signature.
    let layer: Descriptor

    /// Signs an image of a repository.
    public init(of digest: Digest, in repository: Reference, with key: SigningKey) {
        payload = Self.payload(digest, repository)
        layer = Descriptor(
            mediaType: Self.layerType, digest: SHA2.digest(of: payload), size: Int64(payload.count),
            annotations: [Self.annotation: Data(key.sign(payload)).base64EncodedString()])
    }

    static func payload(_ digest: Digest, _ repository: Reference) -> [UInt8] {
        JSON.encode(
            Document(
                critical: .init(
                    identity: .init(reference: repository.name), image: .init(digest: digest))))
    }

    /// The tag under which an image's signatures stand.
    public static func tag(of digest: Digest) throws(OCIError) -> Tag {
        try Tag("\(digest.algorithm.rawValue)-\(digest.hex.prefix(64)).sig")
    }

    /// Whether a manifest has a signature of this image by a key.
    static func holds(
        _ manifest: Manifest, _ digest: Digest, _ repository: Reference, _ key: PublicKey
    ) -> Bool {
        guard case .image(let image) = manifest.view else { return false }
        let payload = payload(digest, repository)
        return image.layers.contains { layer in
            guard layer.digest == SHA2.digest(of: payload),
                let text = layer.annotations?[annotation], let raw = Data(base64Encoded: text)
            else { return false }
            return key.verifies([UInt8](raw), of: payload)
        }
    }
}

extension Repository {
    /// Signs an image that is here, and what an index lists, each under a tag of its own; false where the
    /// key had signed all of it. Others' signatures are kept.
    ///
    /// Throws ``OCIError``: not found where the image is not here.
    public func sign(_ digest: Digest, with key: SigningKey) async throws -> Bool {
        guard let top = try await manifest("\(digest)") else {
            throw OCIError(
                .notFound, "there is no such image to sign", subject: "\(reference)@\(digest)")
        }
        var wrote = false
        // Engines that check signatures do so for the index and for the image that they choose.
        for child in top.children where child.mediaType.isImageManifest {
            wrote = try await signOne(child.digest, key) || wrote
        }
        return try await signOne(digest, key) || wrote
    }

    private func signOne(_ digest: Digest, _ key: SigningKey) async throws -> Bool {
        let tag = try ImageSignature.tag(of: digest)
        let there = try await manifest("\(tag)")
        if let there, ImageSignature.holds(there, digest, reference, key.publicKey) { return false }
        let signature = ImageSignature(of: digest, in: reference, with: key)
        try await upload(signature.layer, from: BlobSource(bytes: signature.payload))
        var layers = [signature.layer]
        if case .image(let image)? = there?.view { layers = image.layers + layers }
        let config = JSON.encode(
            SignatureConfig(rootfs: .init(diffIDs: layers.map(\.digest))))
        let descriptor = Descriptor(
            mediaType: .ociConfig, digest: SHA2.digest(of: config), size: Int64(config.count))
        try await upload(descriptor, from: BlobSource(bytes: config))
        let image = Manifest.Image(
            mediaType: .ociManifest, config: descriptor, layers: layers)
        let manifest = try Manifest(bytes: JSON.encode(image), declared: .ociManifest)
        try await put(manifest, tag: tag)
        guard let found = try await self.manifest("\(tag)"),
            ImageSignature.holds(found, digest, reference, key.publicKey)
        else {
            throw OCIError(
                .badData, "the signature does not read back as it was written",
                subject: "\(reference):\(tag)",
                advice: "someone else signed at the same moment: run again")
        }
        return true
    }
}

/// The configuration of an artifact with signatures, as cosign writes it: one of an image without anything.
private struct SignatureConfig: Encodable {
    struct RootFS: Encodable {
        var type = "layers"
        var diffIDs: [Digest]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }
    }

    var architecture = ""
    var os = ""
    var rootfs: RootFS
    var config: [String: String] = [:]
}
