import OCIRegistry

/// What people want to know of a store. Nothing is counted ahead: a page reads the folders.
extension Store {
    /// Bytes of all blobs, each counted once.
    func size() throws(StoreError) -> Int64 {
        var size: Int64 = 0
        for algorithm in Digest.Algorithm.allCases {
            let folder = "\(layout.blobs)/\(algorithm.rawValue)"
            try StoreFiles.names(in: folder) { part throws(StoreError) in
                try StoreFiles.names(in: "\(folder)/\(part)") { hex in
                    size += FileStatus(path: "\(folder)/\(part)/\(hex)")?.size ?? 0
                }
            }
        }
        return size
    }

    /// Bytes of a repository's blobs.
    func size(of name: RepositoryName) throws(StoreError) -> Int64 {
        let own = layout.repository(name)
        var size: Int64 = 0
        try RepositoryLayout.digests(in: own.blobs) {
            size += FileStatus(path: own.blob($0))?.size ?? 0
        }
        return size
    }

    /// Every tag of a repository with the time when it was last written, in seconds since 1970; in
    /// no order.
    func pushTimes(in name: RepositoryName) throws(StoreError) -> [(tag: Tag, pushed: Double)] {
        let own = layout.repository(name)
        var found: [(Tag, Double)] = []
        try StoreFiles.names(in: own.tags) { text in
            guard let tag = try? Tag(text), let status = FileStatus(path: own.tag(tag)) else {
                return
            }
            found.append((tag, Double(status.modified)))
        }
        return found
    }

    /// Every tag of a repository with what it names; in no order.
    func storedTags(in name: RepositoryName) throws(StoreError) -> [StoredTag] {
        var found: [StoredTag] = []
        try StoreFiles.names(in: layout.repository(name).tags) { text throws(StoreError) in
            if let tag = try? Tag(text), let stored = try read(tag, in: name) {
                found.append(stored)
            }
        }
        return found
    }
}
