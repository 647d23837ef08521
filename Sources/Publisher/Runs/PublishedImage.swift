import OCIRegistry
import RunLedger

/// An image that a job published, as its registry serves it.
struct PublishedImage: Sendable {
    let publication: RunRecord.Publication
    /// What it was made on, as it says itself.
    let base: Reference?

    /// Reads an image by digest, or by tag where that is all there is.
    ///
    /// Throws ``OCIError``: not found where it is not there.
    init(_ reference: Reference, tags: [String] = [], in repository: Repository) async throws {
        guard let top = try await repository.manifest(reference.selector) else {
            throw OCIError(
                .notFound, "there is no such image", subject: "\(reference)",
                advice: "only what was published can be recorded: check the name")
        }
        let labels = try await Self.labels(top, repository)
        let annotations: [String: String] =
            switch top.view {
            case .image(let image): image.annotations ?? [:]
            case .index(let index): index.annotations ?? [:]
            }
        let named = tags.isEmpty ? reference.tag.map { ["\($0)"] } ?? [] : tags
        publication = RunRecord.Publication(
            repository: reference.name, digest: top.digest, mediaType: top.mediaType,
            size: Int64(top.bytes.count), tags: named,
            identity: ImageIdentity.check(labels[ImageIdentity.label]))
        base = BaseImage.text(in: annotations, or: labels).flatMap { try? Reference(parsing: $0) }
    }

    /// The labels of the image, or of the first one of an index.
    private static func labels(
        _ top: Manifest, _ repository: Repository
    ) async throws -> [String: String] {
        var manifest = top
        if let child = top.children.first(where: {
            $0.mediaType.isImageManifest && $0.platform?.isUnknown != true
        }) {
            guard let found = try await repository.manifest("\(child.digest)") else { return [:] }
            manifest = found
        }
        guard case .image(let image) = manifest.view,
            [.ociConfig, .dockerConfig].contains(image.config.mediaType)
        else { return [:] }
        let bytes = try await repository.blob(image.config.digest, limit: ImageConfig.sizeLimit)
        return try ImageConfig(bytes: bytes).config?.labels ?? [:]
    }

    /// Reads everything that a receipt says is there.
    static func all(
        of receipt: PublishReceipt, _ session: Session
    ) async throws -> [PublishedImage] {
        var images: [PublishedImage] = []
        for place in receipt.destinations {
            guard let digest = place.digest else { continue }
            let reference = try Reference(parsing: place.repository).with(digest: digest)
            let tags = place.tags.filter { $0.after == digest }.map(\.tag)
            images.append(
                try await PublishedImage(
                    reference, tags: tags, in: session.repository(reference)))
        }
        return images
    }
}

extension [PublishedImage] {
    /// The publications, each once.
    var publications: [RunRecord.Publication] {
        reduce(into: []) { if !$0.contains($1.publication) { $0.append($1.publication) } }
    }

    /// What they were made on, each once.
    var bases: [Reference] {
        compactMap(\.base).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
