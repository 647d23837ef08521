import OCIRegistry

/// Something in a store that is not as it must be.
public struct StoreProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file, relative to the root.
    public var path: String
    /// What is wrong with it.
    public var description: String
}

extension Store {
    /// Reads everything and compares: each blob and manifest with its digest, each tag with its
    /// manifest, each referrer with the list of its subject. Tells each problem as it is found.
    ///
    /// What a manifest names and the repository does not have is no problem of the store: a registry
    /// may take such manifests.
    public func check(_ report: (StoreProblem) -> Void) throws(StoreError) {
        func tell(_ path: String, _ problem: String) {
            let relative = path.dropFirst(layout.root.utf8.count + 1)
            report(StoreProblem(path: String(relative), description: "\(relative): \(problem)"))
        }
        try checkShared(tell)
        try forEachRepository { name throws(StoreError) in
            try checkBlobs(of: name, tell)
            try checkManifests(of: name, tell)
            try checkTags(of: name, tell)
        }
    }

    private func checkShared(_ tell: (String, String) -> Void) throws(StoreError) {
        for algorithm in Digest.Algorithm.allCases {
            let folder = "\(layout.blobs)/\(algorithm.rawValue)"
            try StoreFiles.names(in: folder) { part throws(StoreError) in
                try StoreFiles.names(in: "\(folder)/\(part)") { hex throws(StoreError) in
                    let path = "\(folder)/\(part)/\(hex)"
                    guard let digest = Digest(algorithm, hex: hex) else {
                        return tell(path, "is no blob")
                    }
                    try checkContent(path, digest, tell)
                }
            }
        }
    }

    private func checkBlobs(
        of name: RepositoryName, _ tell: (String, String) -> Void
    ) throws(StoreError) {
        let own = layout.repository(name)
        try RepositoryLayout.digests(in: own.blobs) { digest throws(StoreError) in
            let path = own.blob(digest)
            // The same file as the store's own was read under that name.
            guard FileStatus(path: path)?.inode != FileStatus(path: layout.blob(digest))?.inode
            else { return }
            try checkContent(path, digest, tell)
        }
    }

    private func checkContent(
        _ path: String, _ digest: Digest, _ tell: (String, String) -> Void
    ) throws(StoreError) {
        guard let file = try StoreFiles.openIfThere(path) else { return }
        let found = try file.digest(digest.algorithm)
        if found != digest { tell(path, "its content is \(found)") }
    }

    private func checkManifests(
        of name: RepositoryName, _ tell: (String, String) -> Void
    ) throws(StoreError) {
        let own = layout.repository(name)
        try forEachManifest(in: name) { digest throws(StoreError) in
            let path = own.manifest(digest)
            guard let stored = try manifest(digest, in: name) else { return }
            let bytes = try stored.bytes()
            guard SHA2.digest(of: bytes, digest.algorithm) == digest else {
                return tell(path, "its content has another digest")
            }
            let decoded = try? Manifest(bytes: bytes, declared: stored.mediaType)
            guard dialect == .oci, let subject = decoded?.subject else { return }
            let entry = "\(own.referrers(of: subject.digest))/\(RepositoryLayout.name(digest))"
            if FileStatus(path: entry) == nil {
                tell(path, "it is missing among the referrers of \(subject.digest)")
            }
        }
    }

    private func checkTags(
        of name: RepositoryName, _ tell: (String, String) -> Void
    ) throws(StoreError) {
        let own = layout.repository(name)
        try StoreFiles.names(in: own.tags) { text throws(StoreError) in
            let path = "\(own.tags)/\(text)"
            guard let tag = try? Tag(text) else { return tell(path, "is no tag") }
            guard let digest = try resolve(tag, in: name) else { return }
            if !hasManifest(digest, in: name) { tell(path, "it names \(digest), which is not there") }
            if FileStatus(path: "\(own.holders(of: digest))/\(tag)") == nil {
                tell(path, "it is missing among the tags of \(digest)")
            }
        }
    }
}
