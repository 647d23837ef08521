import Console
import Glibc
import OCIRegistry

/// Whether there is room where something is written: bytes, and inodes, which run out first where
/// images of many small files are unpacked.
struct DiskCheck: Sendable {
    /// What a folder is for, and how much room that takes.
    enum Purpose: Sendable {
        /// Layouts, receipts, archives.
        case working
        /// What other programs put by.
        case temporary
        /// Docker's images and builds.
        case docker

        /// Bytes and inodes below which it is told.
        var enough: (bytes: Int64, inodes: Int64) {
            self == .docker ? (40 << 30, 1_000_000) : (1 << 30, 10_000)
        }

        /// Bytes and inodes below which the next build or push is likely to fail.
        var least: (bytes: Int64, inodes: Int64) {
            self == .docker ? (2 << 30, 50_000) : (64 << 20, 100)
        }

        fileprivate var name: String {
            switch self {
            case .working: "the working folder"
            case .temporary: "the folder for temporary files"
            case .docker: "Docker's folder"
            }
        }

        fileprivate var cure: String {
            self == .docker
                ? "remove what is not needed ('docker system prune', 'docker builder prune'), or give "
                    + "Docker a larger disk"
                : "remove what is not needed there, or use another folder"
        }
    }

    /// What a file system has left.
    struct Room: Sendable, Hashable {
        /// For who is not root.
        var bytes: Int64
        /// Nil where there is no fixed number of them.
        var inodes: Int64?

        /// Asks the system. Nil where the path cannot be seen.
        init?(of path: String) {
            var figures = statvfs()
            guard statvfs(path, &figures) == 0 else { return nil }
            bytes = Int64(clamping: figures.f_bavail) * Int64(clamping: figures.f_frsize)
            inodes = figures.f_files == 0 ? nil : Int64(clamping: figures.f_favail)
        }

        init(bytes: Int64, inodes: Int64?) {
            self.bytes = bytes
            self.inodes = inodes
        }
    }

    var purpose: Purpose
    var path: String
    /// Nil where the path cannot be seen.
    var room: Room?
    /// Whether this account may write there. Docker's folder is the engine's.
    var isWritable = true

    /// Looks at a folder.
    init(_ purpose: Purpose, _ path: String) {
        self.init(
            purpose, path, Room(of: path), isWritable: purpose == .docker || access(path, W_OK) == 0
        )
    }

    init(_ purpose: Purpose, _ path: String, _ room: Room?, isWritable: Bool = true) {
        self.purpose = purpose
        self.path = path
        self.room = room
        self.isWritable = isWritable
    }

    var diagnosis: Diagnosis {
        guard let room else {
            return purpose == .docker
                ? .ok(.disk, path, "\(purpose.name) cannot be seen from here")
                : .problem(
                    .disk, path, "\(purpose.name) is not there",
                    why: "nothing can be written to it",
                    cure: "make it, or name another (TMPDIR)")
        }
        guard isWritable else {
            return .problem(
                .disk, path, "\(purpose.name) may not be written to",
                why: "receipts, layouts and archives cannot be made there",
                cure: "give this account the right to, or use another folder")
        }
        let inodes = room.inodes.map { ", \($0) inodes" } ?? ""
        let left = "\(Sizes.text(room.bytes))\(inodes) free in \(purpose.name)"
        if isBelow(purpose.least) {
            return .problem(
                .disk, path, "\(left), less than \(Self.text(purpose.least))",
                why: "the next build, export or receipt is likely to fail halfway",
                cure: purpose.cure)
        }
        if isBelow(purpose.enough) {
            return .warning(
                .disk, path, "\(left), less than \(Self.text(purpose.enough))",
                why: "a large image may not fit", cure: purpose.cure)
        }
        return .ok(.disk, path, left)
    }

    private func isBelow(_ limit: (bytes: Int64, inodes: Int64)) -> Bool {
        guard let room else { return false }
        return room.bytes < limit.bytes || room.inodes.map { $0 < limit.inodes } ?? false
    }

    private static func text(_ limit: (bytes: Int64, inodes: Int64)) -> String {
        "\(Sizes.text(limit.bytes)) or \(limit.inodes) inodes"
    }
}
