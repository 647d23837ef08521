import Glibc
public import OCIRegistry

/// Gitea's model: a package has versions, each a tag or a digest, and a version owns its manifest.
public struct PackageVersion: Sendable, Hashable {
    /// The version's name: a tag or a digest.
    public let name: String
    /// The manifest's digest.
    public let digest: Digest
    /// When it was made, in seconds since 1970.
    public let created: Int64
}

extension Store {
    /// Stores a manifest as a version of its own digest, or as the version of a tag; the manifest that
    /// a tag leaves goes unless another version holds it.
    public func putVersion(
        _ manifest: Manifest, tag: Tag?, in name: RepositoryName
    ) throws(StoreError) {
        try withLock(name) { () throws(StoreError) in
            let own = layout.repository(name)
            try replace(own.manifest(manifest.digest), with: StoredManifest.content(manifest))
            guard let tag else {
                return try replace(own.version(manifest.digest), with: [])
            }
            let former = try resolve(tag, in: name)
            try point(tag, at: manifest.digest, in: name)
            if let former, former != manifest.digest { try dropUnheld(former, from: name) }
        }
    }

    /// Deletes a tag's version, and its manifest unless another version holds it.
    public func deleteVersion(_ tag: Tag, from name: RepositoryName) throws(StoreError) -> Bool {
        try withLock(name) { () throws(StoreError) in
            guard let digest = try resolve(tag, in: name) else { return false }
            try removeTag(tag, digest, from: name)
            try dropUnheld(digest, from: name)
            return true
        }
    }

    /// Deletes every version that holds a manifest, and the manifest.
    public func deleteVersions(
        of digest: Digest, from name: RepositoryName
    ) throws(StoreError) -> Bool {
        try withLock(name) { () throws(StoreError) in
            guard let blobs = try blobs(of: digest, in: name) else { return false }
            try StoreFiles.remove(layout.repository(name).version(digest))
            _ = try removeManifest(digest, from: name)
            try dropUnreferenced(blobs, from: name)
            return true
        }
    }

    /// Every version of a package, newest first.
    public func versions(of name: RepositoryName) throws(StoreError) -> [PackageVersion] {
        let own = layout.repository(name)
        var found: [PackageVersion] = []
        try StoreFiles.names(in: own.tags) { text throws(StoreError) in
            guard let tag = try? Tag(text), let stored = try read(tag, in: name) else { return }
            found.append(PackageVersion(name: text, digest: stored.digest, created: stored.pushed))
        }
        try RepositoryLayout.digests(in: own.versions) { digest in
            let created = FileStatus(path: own.version(digest))?.modified ?? 0
            found.append(PackageVersion(name: "\(digest)", digest: digest, created: created))
        }
        return found.sorted { ($0.created, $0.name) > ($1.created, $1.name) }
    }

    /// At a start: manifests that a killed server was about to drop.
    func clearUnheldManifests(of name: RepositoryName) throws(StoreError) {
        var digests: [Digest] = []
        try forEachManifest(in: name) { digests.append($0) }
        for digest in digests { try dropUnheld(digest, from: name) }
    }

    /// Under the repository's lock.
    private func dropUnheld(_ digest: Digest, from name: RepositoryName) throws(StoreError) {
        guard FileStatus(path: layout.repository(name).version(digest)) == nil,
            try tagsHolding(digest, in: name).isEmpty,
            let blobs = try blobs(of: digest, in: name)
        else { return }
        _ = try removeManifest(digest, from: name)
        try dropUnreferenced(blobs, from: name)
    }

    private func dropUnreferenced(
        _ blobs: Set<Digest>, from name: RepositoryName
    ) throws(StoreError) {
        var rest = blobs
        try forEachManifest(in: name) { digest throws(StoreError) in
            if !rest.isEmpty { rest.subtract(try self.blobs(of: digest, in: name) ?? []) }
        }
        for blob in rest { try StoreFiles.remove(layout.repository(name).blob(blob)) }
    }

    /// The blobs that a manifest names; nil when there is no such manifest.
    func blobs(of digest: Digest, in name: RepositoryName) throws(StoreError) -> Set<Digest>? {
        guard let stored = try manifest(digest, in: name) else { return nil }
        let decoded = try? Manifest(bytes: try stored.bytes(), declared: stored.mediaType)
        return Set(decoded?.blobs.map(\.digest) ?? [])
    }
}
