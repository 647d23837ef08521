/// A manifest that an index is to list, and where its content is.
public struct IndexMember: Sendable {
    /// What the index says of it: type, digest, size, platform.
    public let descriptor: Descriptor
    /// The manifest of an image that this one attests something of; nil for images themselves.
    public let attests: Digest?
    /// Whether it came by itself, not in an index.
    public let isAlone: Bool
    let manifest: Manifest
    let source: any PackedImage

    /// What the image runs on; nil for attestations.
    public var platform: Platform? { attests == nil ? descriptor.platform : nil }
    /// The digest.
    public var digest: Digest { manifest.digest }
    /// The manifest itself, for those who put it somewhere.
    public var content: Manifest { manifest }
}

extension PackedImage {
    /// The images in this one: itself, or those that its index lists and `isWanted` takes by what
    /// the index says of their platform; BuildKit's attestations too. What is no image is left out.
    ///
    /// The platform is that of the image's configuration, to which an index may add a variant,
    /// version or features that older configurations do not tell.
    ///
    /// Throws ``OCIError``: bad data for an image without a platform, or another than its index
    /// says, and for indexes that nest too deep.
    public func members(
        where isWanted: @Sendable (Platform) -> Bool = { _ in true }
    ) async throws -> [IndexMember] {
        let top = try await load(try await root)
        guard case .index = top.view else {
            return [try await member(top, listed: nil, isAlone: true)]
        }
        return try await members(of: top, depth: 0, where: isWanted)
    }

    private func members(
        of index: Manifest, depth: Int, where isWanted: @Sendable (Platform) -> Bool
    ) async throws -> [IndexMember] {
        guard depth <= Manifest.nestingLimit else {
            throw OCIError(.badData, "the image's indexes nest too deep")
        }
        var members: [IndexMember] = []
        for child in index.children where child.mediaType.isManifest {
            if let subject = child.attestationSubject {
                let manifest = try await load(child)
                members.append(
                    IndexMember(
                        descriptor: child, attests: subject, isAlone: false, manifest: manifest,
                        source: self))
                continue
            }
            if let platform = child.platform, platform.isUnknown || !isWanted(platform) { continue }
            let manifest = try await load(child)
            switch manifest.view {
            case .index:
                members += try await self.members(of: manifest, depth: depth + 1, where: isWanted)
            case .image(let image) where image.config.mediaType.isImageConfig:
                members.append(try await member(manifest, listed: child.platform, isAlone: false))
            case .image: break
            }
        }
        return members
    }

    private func member(
        _ manifest: Manifest, listed: Platform?, isAlone: Bool
    ) async throws -> IndexMember {
        guard case .image(let image) = manifest.view, image.config.mediaType.isImageConfig,
            var platform = try ImageConfig(bytes: try await configuration(of: image)).platform
        else {
            throw OCIError(
                .badData, "\(manifest.digest) says of no platform that it runs there",
                advice: "only images of which the configuration names a platform go in an index")
        }
        if let listed {
            guard listed.os == platform.os, listed.architecture == platform.architecture else {
                throw OCIError(
                    .badData,
                    "\(manifest.digest) is for \(platform), but its index lists it for \(listed)",
                    advice: "make that index again")
            }
            platform.variant = platform.variant ?? listed.variant
            platform.osVersion = platform.osVersion ?? listed.osVersion
            platform.osFeatures = platform.osFeatures ?? listed.osFeatures
        }
        var descriptor = manifest.descriptor
        descriptor.platform = platform
        return IndexMember(
            descriptor: descriptor, attests: nil, isAlone: isAlone, manifest: manifest, source: self
        )
    }
}

extension MediaType {
    fileprivate var isImageConfig: Bool { self == .ociConfig || self == .dockerConfig }
}

extension Descriptor {
    /// BuildKit's attestations name in an annotation the image that they are about.
    fileprivate var attestationSubject: Digest? {
        guard annotations?["vnd.docker.reference.type"] == "attestation-manifest" else {
            return nil
        }
        return annotations?["vnd.docker.reference.digest"].flatMap { try? Digest(parsing: $0) }
    }
}
