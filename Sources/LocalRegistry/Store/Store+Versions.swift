import Glibc
public import OCIRegistry
import Synchronization
import SystemPackage

/// Why a manifest cannot become a version.
enum PackageFault {
    /// The configuration is not in the image.
    case noConfig
    /// A layer is not in the image.
    case noLayer
    /// A blob has another size than the manifest says.
    case otherSize
    /// A manifest of an index is not in the image.
    case noChild
}

extension Store {
    /// What happens to a version when another manifest takes its name.
    enum Overwriting: Sendable {
        /// It goes, with its manifest, and a new one comes.
        case replaces
        /// It stays with its time and its manifests, but for an index a day after: Gitea 1.25.0.
        case keepsRow
    }

    /// Stores a manifest as a version, if all that it names is there; the manifest that a version
    /// leaves goes unless another version holds it. Gives what is amiss, nil when it was stored.
    func putVersion(
        _ manifest: PackageManifest, as name: VersionName, in repository: RepositoryName,
        _ overwriting: Overwriting = .replaces
    ) throws(StoreError) -> PackageFault? {
        try withLock(repository) { () throws(StoreError) in
            defer { versionList.forget() }
            let own = layout.repository(repository)
            if let fault = fault(of: manifest, in: repository) { return fault }
            if FileStatus(path: own.manifest(manifest.digest)) == nil {
                try replace(
                    own.manifest(manifest.digest),
                    with: StoredManifest.content(manifest.mediaType, manifest.bytes))
            }
            // One that is damaged is simply replaced.
            let old = try? version(name, of: repository)
            let version = successor(of: old, named: name, manifest, overwriting)
            try addHolder(name.hint, of: manifest.digest, in: repository)
            try replace(own.path(of: name), with: version.record)
            try settleBlobs(of: manifest, in: repository)
            for digest in old?.manifests ?? [] where !version.manifests.contains(digest) {
                try StoreFiles.remove("\(own.holders(of: digest))/\(name.hint)")
                rmdir(own.holders(of: digest))
                try dropUnheld(digest, from: repository)
            }
            return nil
        }
    }

    /// Deletes one version, and its manifest unless another version holds it. False when there is
    /// no such version.
    func deleteVersion(
        _ name: VersionName, from repository: RepositoryName
    ) throws(StoreError) -> Bool {
        try withLock(repository) { () throws(StoreError) in
            defer { versionList.forget() }
            guard let version = try version(name, of: repository) else { return false }
            try remove(version, from: repository)
            return true
        }
    }

    /// Deletes every version that holds a manifest, and the manifest. False when there is none.
    func deleteVersions(
        of digest: Digest, from repository: RepositoryName
    ) throws(StoreError) -> Bool {
        try withLock(repository) { () throws(StoreError) in
            defer { versionList.forget() }
            guard hasManifest(digest, in: repository) else { return false }
            for version in try holders(of: digest, in: repository) {
                try remove(version, from: repository)
            }
            return true
        }
    }

    /// A version by its name; nil when there is none.
    public func version(
        _ name: VersionName, of repository: RepositoryName
    ) throws(StoreError) -> PackageVersion? {
        let path = layout.repository(repository).path(of: name)
        guard let bytes = try StoreFiles.read(path, limit: 1 << 20) else { return nil }
        guard let version = PackageVersion(name, record: bytes) else {
            throw StoreError.damaged(path)
        }
        return version
    }

    /// Every version of a package, newest first.
    public func versions(of repository: RepositoryName) throws(StoreError) -> [PackageVersion] {
        try versionList.versions(of: repository) { () throws(StoreError) in
            var found: [PackageVersion] = []
            // One that goes meanwhile is left out.
            for name in try versionNames(of: repository) {
                if let version = try version(name, of: repository) { found.append(version) }
            }
            return found.sorted { ($0.created, $0.id) > ($1.created, $1.id) }
        }
    }

    /// The names of a package's versions, in no order.
    func versionNames(of repository: RepositoryName) throws(StoreError) -> [VersionName] {
        let own = layout.repository(repository)
        var names: [VersionName] = []
        try StoreFiles.names(in: own.tags) { text in
            if let tag = try? Tag(text) { names.append(.tag(tag)) }
        }
        try RepositoryLayout.digests(in: own.versions) { names.append(.digest($0)) }
        return names
    }

    /// At a start: hints at versions made anew, manifests cleared away that a killed server was
    /// about to drop, and the count of versions taken up again.
    func clearVersions(of repository: RepositoryName) throws(StoreError) {
        let own = layout.repository(repository)
        try StoreFiles.names(in: own.holders) { folder throws(StoreError) in
            let digest = RepositoryLayout.digest(folder)
            try StoreFiles.names(in: "\(own.holders)/\(folder)") { hint throws(StoreError) in
                if let digest, let name = VersionName(hint: hint),
                    try version(name, of: repository)?.manifests.contains(digest) == true
                {
                    return
                }
                try StoreFiles.remove("\(own.holders)/\(folder)/\(hint)")
            }
            rmdir("\(own.holders)/\(folder)")
        }
        for version in try versions(of: repository) {
            lastVersion.withLock { $0 = max($0, version.id) }
            for digest in version.manifests {
                try addHolder(version.name.hint, of: digest, in: repository)
            }
        }
        var digests: [Digest] = []
        try forEachManifest(in: repository) { digests.append($0) }
        for digest in digests { try dropUnheld(digest, from: repository) }
    }

    private func successor(
        of old: PackageVersion?, named name: VersionName, _ manifest: PackageManifest,
        _ overwriting: Overwriting
    ) -> PackageVersion {
        let now = Int64(time(nil))
        if let old, overwriting == .keepsRow,
            manifest.kind == .image || old.created > now - 24 * 3600
        {
            return PackageVersion(
                name: name, id: old.id, digest: manifest.digest, created: old.created,
                former: old.manifests.filter { $0 != manifest.digest })
        }
        let id = lastVersion.withLock { last in
            last += 1
            return last
        }
        return PackageVersion(name: name, id: id, digest: manifest.digest, created: now)
    }

    /// Under the repository's lock.
    private func remove(
        _ version: PackageVersion, from repository: RepositoryName
    ) throws(StoreError) {
        let own = layout.repository(repository)
        let path = own.path(of: version.name)
        try StoreFiles.removeForGood(path)
        for digest in version.manifests {
            try StoreFiles.remove("\(own.holders(of: digest))/\(version.name.hint)")
            rmdir(own.holders(of: digest))
            try dropUnheld(digest, from: repository)
        }
    }

    private func holders(
        of digest: Digest, in repository: RepositoryName
    ) throws(StoreError) -> [PackageVersion] {
        var found: [PackageVersion] = []
        try StoreFiles.names(in: layout.repository(repository).holders(of: digest)) {
            hint throws(StoreError) in
            guard let name = VersionName(hint: hint),
                let version = try version(name, of: repository), version.manifests.contains(digest)
            else { return }
            found.append(version)
        }
        return found
    }

    /// Under the repository's lock.
    private func dropUnheld(
        _ digest: Digest, from repository: RepositoryName
    ) throws(StoreError) {
        guard try holders(of: digest, in: repository).isEmpty,
            let stored = try manifest(digest, in: repository)
        else { return }
        let blobs = try PackageManifest(stored)?.blobs.compactMap(\.content) ?? []
        let path = layout.repository(repository).manifest(digest)
        try StoreFiles.removeForGood(path)
        try dropUnreferenced(Set(blobs), from: repository)
    }
}
