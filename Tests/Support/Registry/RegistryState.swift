/// Everything that a registry stores.
struct RegistryState: Sendable {
    struct Manifest: Sendable {
        var bytes: [UInt8]
        var mediaType: String
        /// What the bytes say, as far as a registry looks into them.
        var content: ManifestContent
    }

    struct Repository: Sendable {
        var blobs: Set<String> = []
        var manifests: [String: Manifest] = [:]
        /// Digests that were pushed by digest and so do not depend on a tag.
        var heldByDigest: Set<String> = []
        var tags: [String: String] = [:]
    }

    struct Upload: Sendable {
        var repository: String
        var bytes: [UInt8] = []
        var patches = 0
    }

    var blobs: [String: [UInt8]] = [:]
    var repositories: [String: Repository] = [:]
    var uploads: [String: Upload] = [:]
    var uploadCount = 0

    mutating func store(blob: [UInt8], digest: String, in repository: String) {
        blobs[digest] = blob
        repositories[repository, default: Repository()].blobs.insert(digest)
    }

    /// The digest behind a tag or a digest, if the repository has a manifest there.
    func resolve(_ reference: String, in repository: String) -> String? {
        guard let repository = repositories[repository] else { return nil }
        let digest = repository.tags[reference] ?? reference
        return repository.manifests[digest] == nil ? nil : digest
    }

    /// Drops a manifest that only a tag held.
    mutating func dropUnlessHeld(_ digest: String, in repository: String) {
        guard let held = repositories[repository],
            !held.heldByDigest.contains(digest), !held.tags.values.contains(digest)
        else { return }
        repositories[repository]?.manifests[digest] = nil
    }
}

/// The parts of a manifest or index that a registry reads.
struct ManifestContent: Sendable, Codable {
    struct Entry: Sendable, Codable {
        var mediaType: String?
        var digest: String
        var size: Int
        var artifactType: String?
        var annotations: [String: String]?
    }

    var schemaVersion: Int?
    var mediaType: String?
    var artifactType: String?
    var config: Entry?
    var layers: [Entry]?
    var manifests: [Entry]?
    var subject: Entry?
    var annotations: [String: String]?

    static let indexTypes = [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
}
