import HTTPTypes
import OCIRegistry

/// Gitea's limits. All of them answer 403 and nothing else.
extension GiteaAPI {
    /// Whether an owner may have a blob of so many bytes more.
    func checkQuota(adding size: Int64, to name: RepositoryName) async throws {
        if let limit = settings.blobLimit, size > limit { throw RegistryError.silent(.forbidden) }
        guard let limit = settings.ownerSizeLimit else { return }
        let held = try await disk.run { try self.size(ofOwnerOf: name) }
        guard held + size <= limit else { throw RegistryError.silent(.forbidden) }
    }

    /// Whether an owner may have a version more.
    func checkQuota(of manifest: PackageManifest, in name: RepositoryName) async throws {
        if settings.ownerSizeLimit != nil {
            try await checkQuota(adding: Int64(manifest.bytes.count), to: name)
        }
        guard let limit = settings.ownerVersionLimit else { return }
        let count = try await disk.run { try versions(ofOwnerOf: name).count }
        guard count < limit else { throw RegistryError.silent(.forbidden) }
    }

    private func versions(
        ofOwnerOf name: RepositoryName
    ) throws(StoreError) -> [(RepositoryName, PackageVersion)] {
        var found: [(RepositoryName, PackageVersion)] = []
        let owner = GiteaName(name.description).owner
        try store.forEachRepository(of: owner) { repository throws(StoreError) in
            found += try store.versions(of: repository).map { (repository, $0) }
        }
        return found
    }

    /// A layer counts for each version that has it.
    private func size(ofOwnerOf name: RepositoryName) throws -> Int64 {
        try versions(ofOwnerOf: name).reduce(0) { sum, entry in
            try store.files(of: entry.1, in: entry.0).reduce(sum) { $0 + $1.size }
        }
    }
}
