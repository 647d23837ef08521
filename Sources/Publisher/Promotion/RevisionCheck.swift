import ImageTags
import OCIRegistry

/// Whether an image was made from a commit, as its label says.
struct RevisionCheck: Sendable {
    private static let label = "org.opencontainers.image.revision"
    /// Where the image is.
    let repository: Repository
    /// The commit.
    let revision: Revision

    /// Throws ``PolicyRefusal`` unless the image's label, or that of every image of the index, names the
    /// commit; ``OCIError`` where one cannot be read.
    func check(_ manifest: Manifest) async throws {
        let found = try await images(manifest, depth: 0)
        guard !found.isEmpty else { throw refusal(manifest.digest, "no image to look at") }
    }

    private func images(_ manifest: Manifest, depth: Int) async throws -> [Digest] {
        guard case .index(let index) = manifest.view else {
            try await checkImage(manifest)
            return [manifest.digest]
        }
        guard depth < Manifest.nestingLimit else {
            throw OCIError(.badData, "the image's indexes nest too deep")
        }
        var found: [Digest] = []
        // What is for no platform is an attestation.
        for child in index.manifests
        where child.mediaType.isManifest && child.platform?.isUnknown != true {
            guard let manifest = try await repository.manifest("\(child.digest)") else {
                throw OCIError(
                    .notFound, "\(child.digest), of the index \(manifest.digest), is not there",
                    subject: "\(repository.reference)")
            }
            found += try await images(manifest, depth: depth + 1)
        }
        return found
    }

    private func checkImage(_ manifest: Manifest) async throws {
        guard case .image(let image) = manifest.view else { return }
        guard image.config.mediaType == .ociConfig || image.config.mediaType == .dockerConfig else {
            throw refusal(manifest.digest, "no image configuration")
        }
        let bytes = try await repository.blob(image.config.digest, limit: ImageConfig.sizeLimit)
        let found = try ImageConfig(bytes: bytes).config?.labels?[Self.label]
        guard found == revision.description else {
            throw refusal(manifest.digest, found.map { "'\($0)'" } ?? "no such label")
        }
    }

    private func refusal(_ digest: Digest, _ found: String) -> PolicyRefusal {
        PolicyRefusal(
            "\(repository.reference.with(digest: digest)): the label \(Self.label) is not the "
                + "commit that was asked for\n  expected: \(revision)\n  observed: \(found)\n"
                + "  nothing was written",
            advice: "promote the image that was built from this commit, or build it with the label")
    }
}
