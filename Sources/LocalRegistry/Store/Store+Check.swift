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
            switch dialect {
            case .oci:
                try checkManifests(of: name, tell)
                try checkTags(of: name, tell)
            case .gitea:
                try checkPackageManifests(of: name, tell)
                try checkVersions(of: name, tell)
            }
        }
    }

    /// What `body` reads; nil, and told, when the file is damaged.
    private func understood<R>(
        _ path: String, _ tell: (String, String) -> Void, _ body: () throws(StoreError) -> R?
    ) throws(StoreError) -> R? {
        do { return try body() } catch {
            guard error.isDamage else { throw error }
            tell(path, "it does not say what it must")
            return nil
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
            let manifest = try understood(path, tell) { () throws(StoreError) -> Manifest? in
                guard let manifest = try self.manifest(digest, in: name)?.understood() else {
                    throw StoreError.damaged(path)
                }
                return manifest
            }
            guard let manifest, let subject = manifest.subject else { return }
            let entry = "\(own.referrers(of: subject.digest))/\(RepositoryLayout.name(digest))"
            let listed = try StoreFiles.read(entry, limit: 2 * Manifest.sizeLimit)
                .flatMap { try? JSON.decode(Descriptor.self, from: $0, what: entry) }
            if listed != manifest.referrerDescriptor {
                tell(path, "it is not among the referrers of \(subject.digest)")
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
            let named = try understood(path, tell) { () throws(StoreError) in
                try resolve(tag, in: name)
            }
            guard let digest = named else { return }
            if !hasManifest(digest, in: name) {
                tell(path, "it names \(digest), which is not there")
            }
            try checkHint(text, at: digest, path, own, tell)
        }
    }

    private func checkPackageManifests(
        of name: RepositoryName, _ tell: (String, String) -> Void
    ) throws(StoreError) {
        try forEachManifest(in: name) { digest throws(StoreError) in
            let path = layout.repository(name).manifest(digest)
            _ = try understood(path, tell) { () throws(StoreError) -> Digest? in
                guard let stored = try manifest(digest, in: name) else { return nil }
                guard try PackageManifest(stored)?.digest == digest else {
                    throw StoreError.damaged(path)
                }
                return digest
            }
        }
    }

    /// A version may name what is not there: somebody deleted it by its digest.
    private func checkVersions(
        of name: RepositoryName, _ tell: (String, String) -> Void
    ) throws(StoreError) {
        let own = layout.repository(name)
        for version in try versionNames(of: name) {
            let path = own.path(of: version)
            let found = try understood(path, tell) { () throws(StoreError) in
                try self.version(version, of: name)
            }
            for digest in found?.manifests ?? [] {
                try checkHint(version.hint, at: digest, path, own, tell)
            }
        }
    }

    private func checkHint(
        _ hint: String, at digest: Digest, _ path: String, _ own: RepositoryLayout,
        _ tell: (String, String) -> Void
    ) throws(StoreError) {
        guard try !StoreFiles.isThere("\(own.holders(of: digest))/\(hint)") else { return }
        tell(path, "it is not among the tags of \(digest)")
    }
}
