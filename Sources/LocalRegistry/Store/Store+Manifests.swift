public import OCIRegistry

extension Store {
    /// A manifest of a repository by its digest; nil when it is not there.
    public func manifest(
        _ digest: Digest, in name: RepositoryName
    ) throws(StoreError) -> StoredManifest? {
        guard let file = try StoreFiles.openIfThere(layout.repository(name).manifest(digest)) else {
            return nil
        }
        return try StoredManifest(digest, file)
    }

    /// Whether a repository has a manifest.
    public func hasManifest(_ digest: Digest, in name: RepositoryName) -> Bool {
        FileStatus(path: layout.repository(name).manifest(digest)) != nil
    }

    /// Whether there is such a repository: whether anything was ever pushed to it and not all collected.
    public func hasRepository(_ name: RepositoryName) -> Bool {
        let own = layout.repository(name)
        return [own.manifests, own.blobs, own.tags].contains { FileStatus(path: $0) != nil }
    }

    /// Stores a manifest, then points tags at it, one after the other.
    ///
    /// The manifest's descriptor is listed among its subject's referrers from the instant that the
    /// manifest is there. With `complete` it must find all that it names in the repository, but for
    /// the subject and for layers that registries do not serve; else nothing is stored, and the digest
    /// of what is missing comes back.
    public func put(
        _ manifest: Manifest, tags: [Tag], in name: RepositoryName, complete: Bool = false
    ) throws(StoreError) -> Digest? {
        try withLock(name) { () throws(StoreError) in
            if complete, let missing = missing(of: manifest, in: name) { return missing }
            if let subject = manifest.subject {
                try addReferrer(manifest, of: subject.digest, in: name)
            }
            if try !isStored(manifest, in: name) {
                try replace(
                    layout.repository(name).manifest(manifest.digest),
                    with: StoredManifest.content(manifest.mediaType.rawValue, manifest.bytes))
            }
            for tag in tags { try point(tag, at: manifest.digest, in: name) }
            return nil
        }
    }

    private func missing(of manifest: Manifest, in name: RepositoryName) -> Digest? {
        let own = layout.repository(name)
        return manifest.blobs.first {
            !$0.mediaType.isNonDistributable && FileStatus(path: own.blob($0.digest)) == nil
        }?.digest ?? manifest.children.first { !hasManifest($0.digest, in: name) }?.digest
    }

    /// Deletes a manifest, and with it every tag that names it. False when it is not there.
    ///
    /// OCI distribution-spec, "Deleting Manifests".
    public func deleteManifest(
        _ digest: Digest, from name: RepositoryName
    ) throws(StoreError) -> Bool {
        try withLock(name) { () throws(StoreError) in
            try removeManifest(digest, from: name)
        }
    }

    /// Under the repository's lock. The manifest's own file goes first: from then on nothing that
    /// points at it counts, and a start after a kill clears it away.
    func removeManifest(_ digest: Digest, from name: RepositoryName) throws(StoreError) -> Bool {
        let own = layout.repository(name)
        // One that is damaged goes too; collection then clears the list of its subject.
        let subject = try? manifest(digest, in: name)?.understood()?.subject
        guard try StoreFiles.removeForGood(own.manifest(digest)) else { return false }
        for tag in try tagsHolding(digest, in: name) { try removeTag(tag, digest, from: name) }
        if let subject {
            try removeReferrer(digest, of: subject.digest, in: name)
        }
        return true
    }

    /// The digests of a repository's manifests, in no order.
    public func forEachManifest(
        in name: RepositoryName, _ body: (Digest) throws(StoreError) -> Void
    ) throws(StoreError) {
        try RepositoryLayout.digests(in: layout.repository(name).manifests, body)
    }

    private func isStored(_ manifest: Manifest, in name: RepositoryName) throws(StoreError) -> Bool
    {
        let path = layout.repository(name).manifest(manifest.digest)
        let content = StoredManifest.content(manifest.mediaType.rawValue, manifest.bytes)
        // The bytes too: pushing a manifest again mends one that is damaged.
        return try StoreFiles.read(path, limit: content.count + 1) == content
    }
}
