import OCIRegistry

@testable import LocalRegistry

/// What no finished request leaves in a store.
enum StoreLeftovers {
    static func find(in store: Store) throws -> [String] {
        var found: [String] = []
        try StoreFiles.names(in: store.layout.temporary) { found.append("tmp/\($0)") }
        try store.forEachRepository { name throws(StoreError) in
            let own = store.layout.repository(name)
            for folder in [own.holders, own.referrers] {
                try StoreFiles.names(in: folder) { digest throws(StoreError) in
                    var entries: [String] = []
                    try StoreFiles.names(in: "\(folder)/\(digest)") { entries.append($0) }
                    if entries.isEmpty { found.append("\(folder)/\(digest) is empty") }
                    for entry in entries {
                        let isThere =
                            folder == own.holders
                            ? try holds(entry, RepositoryLayout.digest(digest), name, store)
                            : RepositoryLayout.digest(entry)
                                .map { store.hasManifest($0, in: name) } ?? false
                        if !isThere { found.append("\(folder)/\(digest)/\(entry)") }
                    }
                }
            }
            for (folder, path) in [(own.awaited, own.blob), (own.types, own.blob)] {
                try RepositoryLayout.digests(in: folder) { digest throws(StoreError) in
                    if try !StoreFiles.isThere(path(digest)) {
                        found.append("\(folder): \(digest)")
                    }
                }
            }
        }
        return found
    }

    private static func holds(
        _ hint: String, _ digest: Digest?, _ name: RepositoryName, _ store: Store
    ) throws(StoreError) -> Bool {
        guard let digest, let version = VersionName(hint: hint) else { return false }
        switch (store.dialect, version) {
        case (.oci, .tag(let tag)): return try store.resolve(tag, in: name) == digest
        case (.oci, .digest): return false
        case (.gitea, _):
            return try store.version(version, of: name)?.manifests.contains(digest) ?? false
        }
    }
}
