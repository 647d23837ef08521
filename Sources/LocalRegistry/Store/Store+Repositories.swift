import Glibc
public import OCIRegistry

extension Store {
    /// The first `limit` repositories after `last` that hold a manifest, in the order of their bytes.
    public func repositories(
        after last: String? = nil, limit: Int
    ) throws(StoreError) -> [RepositoryName] {
        var page = SmallestNames(limit: limit, after: last)
        try forEachRepository { name throws(StoreError) in
            var holds = false
            try forEachManifest(in: name) { _ in holds = true }
            if holds { page.offer(name.description) }
        }
        return page.sorted().compactMap { try? RepositoryName($0) }
    }

    /// Every folder that is a repository's, in no order; with `owner` those whose names begin with
    /// that component.
    func forEachRepository(
        of owner: String? = nil, _ body: (RepositoryName) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard let owner else { return try walk(layout.repositories, prefix: "", body) }
        try walk("\(layout.repositories)/\(owner)", prefix: "\(owner)/", body)
    }

    /// Whether anything was ever pushed to a name that begins with this component.
    func hasOwner(_ owner: String) -> Bool {
        FileStatus(path: "\(layout.repositories)/\(owner)") != nil
    }

    /// Deletes all that a repository has. False when there is no such repository.
    func deleteRepository(_ name: RepositoryName) throws(StoreError) -> Bool {
        try withLock(name) { () throws(StoreError) in
            guard hasRepository(name) else { return false }
            let own = layout.repository(name)
            let folder = own.folder
            // Each at once: a start after a kill clears away what nothing holds any more.
            for part in [own.tags, own.versions] {
                let discarded = layout.newTemporary()
                guard rename(part, discarded) == 0 else { continue }
                try StoreFiles.syncFolder(of: part)
                try StoreFiles.removeTree(discarded)
            }
            try StoreFiles.names(in: folder) { part throws(StoreError) in
                if part.hasPrefix("_") { try StoreFiles.removeTree("\(folder)/\(part)") }
            }
            try StoreFiles.syncFolder(of: folder + "/_")
            return true
        }
    }

    private func walk(
        _ folder: String, prefix: String, _ body: (RepositoryName) throws(StoreError) -> Void
    ) throws(StoreError) {
        var isRepository = false
        var children: [String] = []
        try StoreFiles.names(in: folder) { name in
            if name.hasPrefix("_") { isRepository = true } else { children.append(name) }
        }
        if isRepository, let name = try? RepositoryName(prefix.dropLast()) { try body(name) }
        for child in children { try walk("\(folder)/\(child)", prefix: "\(prefix)\(child)/", body) }
    }
}
