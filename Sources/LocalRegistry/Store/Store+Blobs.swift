import Glibc
public import OCIRegistry
import SystemPackage

/// A blob, open for reading; it stays readable until this value goes, whatever is deleted.
public final class StoredBlob: Sendable {
    /// Bytes.
    public let size: Int64
    private let file: StoreFile

    init(_ file: consuming StoreFile) throws(StoreError) {
        size = try file.status().size
        self.file = file
    }

    /// The open file, for as long as this value lives.
    var descriptor: Int32 { file.descriptor }

    /// Up to `count` bytes from `offset`; fewer at the end only.
    public func read(at offset: Int64, count: Int) throws(StoreError) -> [UInt8] {
        try file.read(at: offset, count: count)
    }
}

extension Store {
    /// A blob that a repository has; nil otherwise.
    public func blob(_ digest: Digest, in name: RepositoryName) throws(StoreError) -> StoredBlob? {
        guard let file = try StoreFiles.openIfThere(layout.repository(name).blob(digest)) else {
            return nil
        }
        return try StoredBlob(file)
    }

    /// The size of a blob that a repository has, in bytes; nil otherwise.
    func blobSize(_ digest: Digest, in name: RepositoryName) -> Int64? {
        FileStatus(path: layout.repository(name).blob(digest))?.size
    }

    /// Tells garbage collection that somebody counts on a blob: it waits its grace anew. False when
    /// the repository does not have it, or not any more.
    public func keep(_ digest: Digest, in name: RepositoryName) throws(StoreError) -> Bool {
        try withLock(name) { () throws(StoreError) in
            try StoreFiles.touch(layout.repository(name).blob(digest))
        }
    }

    /// Gives a repository a blob that another one has. With `source` nil any may have it.
    ///
    /// False when it is not to be had. OCI distribution-spec, "Mounting a blob from another repository".
    public func mount(
        _ digest: Digest, from source: RepositoryName?, into name: RepositoryName
    ) throws(StoreError) -> Bool {
        let origin: String
        if let source {
            origin = layout.repository(source).blob(digest)
        } else {
            origin = layout.blob(digest)
            // One name is the store's own: no repository has the blob any more.
            guard let status = FileStatus(path: origin), status.links > 1 else { return false }
        }
        return try give(digest, at: origin, to: name)
    }

    /// Takes a blob from a repository. False when it does not have it.
    ///
    /// Other repositories keep theirs; the bytes go with garbage collection.
    public func deleteBlob(
        _ digest: Digest, from name: RepositoryName
    ) throws(StoreError) -> Bool {
        try withLock(name) { () throws(StoreError) in
            try StoreFiles.removeForGood(layout.repository(name).blob(digest))
        }
    }

    /// Makes a finished temporary file a repository's blob. Many may do so at once.
    func adopt(
        _ temporary: String, as digest: Digest, in name: RepositoryName,
        sync: () throws(StoreError) -> Void
    ) throws(StoreError) {
        let shared = layout.blob(digest)
        // Collection may take the shared name away between the two links: then it is made again.
        for _ in 0..<8 {
            if FileStatus(path: shared) == nil {
                try sync()
                _ = try StoreFiles.link(temporary, shared)
                try StoreFiles.syncFolder(of: shared)
            }
            if try give(digest, at: shared, to: name) { return }
        }
        throw StoreError("link", shared, .noSuchFileOrDirectory)
    }

    /// Gives a repository the blob that is in this file; false when the file is gone. Collection, which
    /// takes blobs away under the same lock, sees a new one or none.
    private func give(
        _ digest: Digest, at path: String, to name: RepositoryName
    ) throws(StoreError) -> Bool {
        let own = layout.repository(name)
        return try withLock(name) { () throws(StoreError) in
            guard try StoreFiles.link(path, own.blob(digest)) else { return false }
            try StoreFiles.syncFolder(of: own.blob(digest))
            // Gitea: until a manifest names it, it stays whatever versions go.
            if dialect == .gitea { try replace(own.awaited(digest), with: []) }
            return true
        }
    }
}
