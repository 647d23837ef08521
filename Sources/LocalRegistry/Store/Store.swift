import NIOConcurrencyHelpers
import OCIRegistry
import Synchronization
public import SystemPackage

/// Everything a registry keeps, in one folder: blobs by digest, and for each repository its blobs,
/// manifests, tags and referrers.
///
/// Every call blocks on the disk; a caller that must not wait uses a thread of its own. Calls may be
/// made from many threads. A process killed, or a machine that loses power, at any instant leaves each
/// blob, manifest and tag as it was or as it was to be. Throws ``StoreError`` when the disk refuses.
public final class Store: Sendable {
    let layout: StoreLayout
    /// Whose manners the folder keeps.
    public let dialect: Dialect
    let uploads = UploadTable()
    /// The number of the version made last, in Gitea's dialect.
    let lastVersion = Mutex<Int64>(0)
    let versionList = VersionList()
    private let folder: HeldFolder
    private let locks: [NIOLock]

    /// Opens the folder, makes it if need be, and clears away what a killed server left.
    ///
    /// Throws ``OCIError``: configuration, where another server holds it, it is of another dialect or
    /// is not a registry's folder at all. With `dialect` nil it must exist.
    public init(root: FilePath, dialect: Dialect?) throws {
        folder = HeldFolder(try StoreFolder(root: root, dialect: dialect))
        layout = folder.value.layout
        self.dialect = folder.value.dialect
        locks = (0..<64).map { _ in NIOLock() }
        try clearLeftovers()
    }

    /// Runs a change of a repository's manifests, tags or referrers alone.
    func withLock<R>(
        _ name: RepositoryName, _ body: () throws(StoreError) -> R
    ) throws(StoreError) -> R {
        let lock = locks[Int(UInt(bitPattern: name.hashValue) % UInt(locks.count))]
        lock.lock()
        defer { lock.unlock() }
        return try body()
    }

    /// Writes a small file at once and for good.
    func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
        try StoreFiles.replace(path, with: bytes, temporary: layout.newTemporary())
    }

    private final class HeldFolder: Sendable {
        let value: StoreFolder
        init(_ value: consuming StoreFolder) { self.value = value }
    }
}
