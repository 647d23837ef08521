import OCIRegistry

/// Follows what a registry serves: index, manifest of the platform, configuration.
struct ChainReader: Sendable {
    let manifest: @Sendable (Reference) async throws -> Manifest?
    /// The container whose image it is to be, where that is known.
    let container: EvidenceFacts.Container?
    /// The engine's description of that image.
    let image: ImageDocument?

    /// The chain below a tag or digest; nil where there is no such image, or none for the platform.
    func chain(_ reference: Reference) async throws -> EvidenceFacts.Chain? {
        guard let top = try await manifest(reference) else { return nil }
        switch top.view {
        case .image(let view):
            return chain(reference, top, top.digest, view, platform: platform)
        case .index(let index):
            for child in candidates(index) {
                guard let found = try await manifest(reference.with(digest: child.digest)),
                    case .image(let view) = found.view
                else { continue }
                let chain = chain(
                    reference, top, found.digest, view,
                    platform: child.platform.map { "\($0)" }, annotations: index.annotations)
                // Without a container to compare with, only a single image is beyond doubt.
                guard let container else { return chain }
                if chain.proof(of: container) != nil { return chain }
            }
            return nil
        }
    }

    /// The children that may be the image, at most eight: by digest where it is known, else by platform.
    private func candidates(_ index: Manifest.Index) -> [Descriptor] {
        let images = index.manifests.filter {
            $0.mediaType.isImageManifest && $0.platform?.isUnknown != true
        }
        let known = images.filter {
            $0.digest == container?.manifest || $0.digest == container?.imageID
        }
        guard known.isEmpty else { return known }
        guard container != nil else { return images.count == 1 ? images : [] }
        guard let os = image?.os, let architecture = image?.architecture else {
            return Array(images.prefix(8))
        }
        return Array(
            images.filter {
                $0.platform == nil
                    || $0.platform?.os == os && $0.platform?.architecture == architecture
            }.prefix(8))
    }

    private func chain(
        _ reference: Reference, _ top: Manifest, _ digest: Digest, _ view: Manifest.Image,
        platform: String?, annotations: [String: String]? = nil
    ) -> EvidenceFacts.Chain {
        var chain = EvidenceFacts.Chain(
            repository: Reference(host: reference.host, repository: reference.repository),
            index: top.digest == digest ? nil : top.digest, manifest: digest,
            config: view.config.digest, platform: platform,
            asked: "\(reference)",
            base: BaseImage.text(
                in: view.annotations ?? annotations ?? [:],
                or: image?.settings?.labels ?? [:]))
        chain.mediaType = top.mediaType
        chain.size = Int64(top.bytes.count)
        return chain
    }

    private var platform: String? {
        guard let os = image?.os, let architecture = image?.architecture else { return nil }
        return "\(os)/\(architecture)"
    }
}

/// What an image says it was made on. OCI image-spec, annotations.md.
public enum BaseImage {
    /// `HOST/REPOSITORY@DIGEST`, where annotations, or else labels, name both.
    public static func text(
        in annotations: [String: String], or labels: [String: String] = [:]
    ) -> String? {
        for texts in [annotations, labels] {
            if let name = texts["org.opencontainers.image.base.name"],
                let digest = texts["org.opencontainers.image.base.digest"],
                let reference = try? Reference(parsing: name),
                let digest = try? Digest(parsing: digest)
            {
                return "\(reference.with(digest: digest))"
            }
        }
        return nil
    }
}
