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

    /// Every folder that is a repository's, in no order.
    func forEachRepository(
        _ body: (RepositoryName) throws(StoreError) -> Void
    ) throws(StoreError) {
        try walk(layout.repositories, prefix: "", body)
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
