import Glibc
import OCIRegistry
import SystemPackage

/// Which registry's manners a root folder has; it keeps them for life.
public enum Dialect: String, Sendable, Codable, CaseIterable {
    /// The OCI distribution specification's.
    case oci
    /// Gitea's: a tag owns its manifest, names are narrower, and more.
    case gitea
}

/// A root folder, held by one process at a time.
///
/// Made on first use. Throws ``OCIError``: configuration, where another server holds the folder, where
/// it is of another kind, or where its file system cannot do what the store needs.
struct StoreFolder: ~Copyable {
    let layout: StoreLayout
    let dialect: Dialect
    private let lock: StoreFile

    // Said aloud: a program that is being started by this one has the file too, for an instant.
    deinit { flock(lock.descriptor, LOCK_UN) }

    private struct Marker: Codable {
        var layout: Int
        var dialect: Dialect
    }

    /// `dialect` nil takes the folder as it is and makes none.
    init(root: FilePath, dialect wanted: Dialect?) throws {
        let layout = StoreLayout(root: root.lexicallyNormalized().string)
        if wanted != nil { try Self.make(layout) }
        guard access(layout.root, F_OK) == 0 else {
            throw OCIError(
                .notFound, "there is no folder '\(layout.root)'",
                advice: "name the folder that a registry was served from with --root")
        }
        // Nothing is written into a folder that is somebody else's, not even the lock.
        guard wanted != nil || access(layout.marker, F_OK) == 0 else { throw Self.foreign(layout) }
        let lock = try Self.acquire(layout)
        let dialect = try Self.mark(layout, wanted)
        if wanted != nil { try Self.probeLinks(layout) }
        self.layout = layout
        self.dialect = dialect
        self.lock = lock
    }

    private static func make(_ layout: StoreLayout) throws {
        if access(layout.marker, F_OK) != 0 {
            var foreign = false
            try StoreFiles.names(in: layout.root) { foreign = foreign || !isOwn($0) }
            guard !foreign else {
                throw OCIError(
                    .configuration, "'\(layout.root)' holds something that is no registry's",
                    advice: "give an empty or a new folder with --root")
            }
        }
        for folder in [layout.root, layout.blobs, layout.repositories, layout.temporary] {
            try StoreFiles.makeFolder(folder)
        }
    }

    /// What may lie in a folder before its marker does: a first start that was killed, and what a
    /// server's owner prepares (users, keys, certificates), on a file system of its own perhaps.
    private static let ownNames: Set<String> = [
        "blobs", "repositories", "tmp", "lock", "users", "token.key", "tls", "control",
        "lost+found",
    ]

    /// A draft of such a file starts with a dot and its name.
    private static func isOwn(_ name: String) -> Bool {
        ownNames.contains(name) || ownNames.contains { name.hasPrefix(".\($0).") }
    }

    private static func foreign(_ layout: StoreLayout) -> OCIError {
        OCIError(
            .configuration, "'\(layout.root)' is no registry's folder",
            advice: "name the folder that a registry was served from with --root")
    }

    private static func acquire(_ layout: StoreLayout) throws -> StoreFile {
        let file = try StoreFiles.open(layout.lock, O_RDWR | O_CREAT)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = StoreFiles.failure("lock", layout.lock)
            guard error.errno == .wouldBlock else { throw error }
            let holder = try file.read(at: 0, count: 32)
            let pid = String(decoding: holder.prefix { $0 != 10 }, as: UTF8.self)
            throw OCIError(
                .configuration,
                "'\(layout.root)' is held by another server"
                    + (pid.isEmpty ? "" : " (process \(pid))"),
                advice: "stop it, or give each server a --root of its own")
        }
        ftruncate(file.descriptor, 0)
        try file.write(Array("\(getpid())\n".utf8))
        return file
    }

    private static func mark(_ layout: StoreLayout, _ wanted: Dialect?) throws -> Dialect {
        let bytes = try StoreFiles.read(layout.marker, limit: 4096)
        guard let bytes else {
            guard let wanted else {
                throw foreign(layout)
            }
            try StoreFiles.replace(
                layout.marker, with: JSON.encode(Marker(layout: 1, dialect: wanted)),
                temporary: layout.newTemporary())
            return wanted
        }
        let marker = try JSON.decode(Marker.self, from: bytes, what: layout.marker)
        guard marker.layout == 1 else {
            throw OCIError(
                .configuration, "'\(layout.root)' was written by a newer local-registry",
                advice: "update local-registry")
        }
        guard wanted == nil || wanted == marker.dialect else {
            throw OCIError(
                .configuration,
                "'\(layout.root)' is a registry of the dialect '\(marker.dialect.rawValue)'",
                advice:
                    "serve it with --dialect \(marker.dialect.rawValue), or copy its images to another"
            )
        }
        return marker.dialect
    }

    /// Hard links carry the store: better no start than a push that fails.
    private static func probeLinks(_ layout: StoreLayout) throws {
        let name = layout.newTemporary()
        defer { unlink(name); unlink(name + "-link") }
        _ = try StoreFiles.open(name, O_WRONLY | O_CREAT | O_EXCL)
        guard link(name, name + "-link") == 0 else {
            throw OCIError(
                .configuration, "the file system of '\(layout.root)' has no hard links",
                advice: "use a --root on a local file system such as ext4, xfs or btrfs")
        }
    }
}
