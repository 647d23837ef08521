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

    /// Whether an owner may have this version. One that it replaces does not count.
    func checkQuota(of version: VersionName, in name: RepositoryName) async throws {
        guard let limit = settings.ownerVersionLimit else { return }
        let others = try await disk.run {
            var count = 0
            try forEachPackage(ofOwnerOf: name) { package throws(StoreError) in
                let versions = try store.versions(of: package)
                count += versions.count { package != name || $0.name != version }
            }
            return count
        }
        guard others < limit else { throw RegistryError.silent(.forbidden) }
    }

    /// A layer counts for each version that has it, and for an upload that awaits its manifest.
    private func size(ofOwnerOf name: RepositoryName) throws(StoreError) -> Int64 {
        var size: Int64 = 0
        try forEachPackage(ofOwnerOf: name) { package throws(StoreError) in
            size += try store.awaitedSize(of: package)
            for version in try store.versions(of: package) {
                size += try store.files(of: version, in: package).reduce(0) { $0 + $1.size }
            }
        }
        return size
    }

    private func forEachPackage(
        ofOwnerOf name: RepositoryName, _ body: (RepositoryName) throws(StoreError) -> Void
    ) throws(StoreError) {
        try store.forEachRepository(of: GiteaName(name.description).owner, body)
    }
}
