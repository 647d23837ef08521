extension Repository {
    /// Makes sure that a stored manifest is found among its subject's referrers: where the
    /// registry does not keep track of them itself, an index under the fallback tag does.
    /// OCI distribution-spec, "Pushing Manifests with Subject".
    ///
    /// The index is read, changed and written, and the protocol offers no way to do that as one
    /// step: two writers at the same moment can lose one's entry.
    public func announce(_ manifest: Manifest) async throws {
        guard let subject = manifest.subject else { return }
        let known = try await referrers(of: subject.digest)
        guard !known.contains(where: { $0.digest == manifest.digest }) else { return }
        let index = Manifest.Index(
            mediaType: .ociIndex, manifests: known + [Self.referrer(manifest)])
        try await put(
            try Manifest(bytes: JSON.encode(index), declared: .ociIndex),
            tag: try Tag(Self.referrersTag(subject.digest)))
    }

    private static func referrer(_ manifest: Manifest) -> Descriptor {
        var descriptor = manifest.descriptor
        switch manifest.view {
        case .image(let image):
            descriptor.artifactType = image.artifactType ?? image.config.mediaType.rawValue
            descriptor.annotations = image.annotations
        case .index(let index):
            descriptor.artifactType = index.artifactType
            descriptor.annotations = index.annotations
        }
        return descriptor
    }
}
