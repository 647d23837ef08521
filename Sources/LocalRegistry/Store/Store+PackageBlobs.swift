import Glibc
import OCIRegistry

/// Gitea's blobs: an image has one from its upload until the last version that names it goes.
extension Store {
    /// Deletes a blob or manifest from every version that has it, which breaks them.
    func deleteFromVersions(
        _ digest: Digest, of repository: RepositoryName
    ) throws(StoreError) {
        let own = layout.repository(repository)
        try withLock(repository) { () throws(StoreError) in
            for path in [own.manifest(digest), own.blob(digest)] {
                try StoreFiles.removeForGood(path)
            }
            for path in [own.awaited(digest), own.type(of: digest)] {
                try StoreFiles.remove(path)
            }
        }
    }

    /// The type that the first manifest gave a blob; nil before there is one.
    func mediaType(
        ofBlob digest: Digest, in repository: RepositoryName
    ) throws(StoreError) -> String? {
        try StoreFiles.read(layout.repository(repository).type(of: digest), limit: 1024)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Under the repository's lock: what a manifest names and the image does not have.
    func fault(
        of manifest: PackageManifest, in repository: RepositoryName
    ) -> PackageFault? {
        let sizes = manifest.blobs.map { $0.content.flatMap { blobSize($0, in: repository) } }
        if let missing = sizes.firstIndex(of: nil) { return missing == 0 ? .noConfig : .noLayer }
        guard sizes == manifest.blobs.map({ $0.size ?? 0 }) else { return .otherSize }
        let isWhole = manifest.children.allSatisfy { child in
            child.content.map { hasManifest($0, in: repository) } ?? false
        }
        return isWhole ? nil : .noChild
    }

    /// Under the repository's lock, once a version names them: blobs wait no more and have a type.
    func settleBlobs(
        of manifest: PackageManifest, in repository: RepositoryName
    ) throws(StoreError) {
        let own = layout.repository(repository)
        for blob in manifest.blobs {
            guard let digest = blob.content else { continue }
            if FileStatus(path: own.type(of: digest)) == nil, let type = blob.mediaType {
                try replace(own.type(of: digest), with: Array(type.utf8.prefix(1024)))
            }
            try StoreFiles.remove(own.awaited(digest))
        }
    }

    /// Under the repository's lock: of these blobs, those go that no manifest names.
    func dropUnreferenced(
        _ blobs: Set<Digest>, from repository: RepositoryName
    ) throws(StoreError) {
        let own = layout.repository(repository)
        // What waits for a manifest stays whoever names it.
        var rest = blobs.filter { FileStatus(path: own.awaited($0)) == nil }
        guard !rest.isEmpty else { return }
        try forEachManifest(in: repository) { digest throws(StoreError) in
            guard !rest.isEmpty, let stored = try manifest(digest, in: repository) else { return }
            rest.subtract(try PackageManifest(stored)?.blobs.compactMap(\.content) ?? [])
        }
        for blob in rest where FileStatus(path: own.awaited(blob)) == nil {
            try StoreFiles.remove(own.blob(blob))
            try StoreFiles.remove(own.type(of: blob))
        }
    }

    /// At a start: what is noted of blobs that are not there.
    func clearNotes(of repository: RepositoryName) throws(StoreError) {
        let own = layout.repository(repository)
        for folder in [own.awaited, own.types] {
            try RepositoryLayout.digests(in: folder) { digest throws(StoreError) in
                guard try !StoreFiles.isThere(own.blob(digest)) else { return }
                try StoreFiles.remove(own.path(folder, digest))
            }
        }
    }

    /// Bytes of the blobs that no manifest has named since they were uploaded.
    func awaitedSize(of repository: RepositoryName) throws(StoreError) -> Int64 {
        var size: Int64 = 0
        try RepositoryLayout.digests(in: layout.repository(repository).awaited) { digest in
            size += blobSize(digest, in: repository) ?? 0
        }
        return size
    }

    /// The files of a version that are there.
    func files(
        of version: PackageVersion, in repository: RepositoryName
    ) throws(StoreError) -> [PackageFile] {
        var files: [PackageFile] = []
        for digest in version.manifests {
            guard let stored = try manifest(digest, in: repository) else { continue }
            files.append(
                PackageFile(
                    name: "manifest.json", digest: digest, size: stored.size, isManifest: true))
            for blob in try PackageManifest(stored)?.blobs.compactMap(\.content) ?? [] {
                guard !files.contains(where: { $0.digest == blob }),
                    let size = blobSize(blob, in: repository)
                else { continue }
                files.append(
                    PackageFile(
                        name: "sha256_\(blob.hex)", digest: blob, size: size, isManifest: false))
            }
        }
        return files
    }
}

/// A file of a version: its manifest, or a blob that the manifest names.
struct PackageFile: Sendable {
    let name: String
    let digest: Digest
    /// Bytes.
    let size: Int64
    let isManifest: Bool
}
