import FoundationEssentials
import OCIRegistry
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Small files that decide who may come in: read whole and bounded, written in one step.
enum GuardedFile {
    /// Bytes that such a file may have.
    static let limit = 1 << 20

    /// What tells one state of a file from the next.
    struct Stamp: Sendable, Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    /// The state of a file; nil when there is none, or when it cannot be looked at.
    static func stamp(of path: String) -> Stamp? {
        (try? FilePath(path).stat()).map(Stamp.init)
    }

    /// The content with the state that it was read in; nil when there is no such file.
    ///
    /// With `isSecret`, a file that others than its owner can read is refused.
    /// Throws ``OCIError`` (configuration) naming the file.
    static func read(
        _ path: String, isSecret: Bool = false
    ) throws(OCIError) -> (bytes: [UInt8], stamp: Stamp)? {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                let stat = try file.stat()
                guard stat.type == .regular else { throw refusal("it is not a file", path) }
                if isSecret, stat.permissions.rawValue & 0o077 != 0 {
                    throw OCIError(
                        .configuration, "others than its owner can use this secret file",
                        subject: path, advice: "run: chmod 600 '\(path)'")
                }
                return (try content(of: file, path), Stamp(stat))
            }
        } catch let error as OCIError {
            throw error
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw refusal("it cannot be read: \(reason(error))", path)
        }
    }

    /// Replaces a file in one step: written beside it, flushed to the disk, renamed. A symbolic
    /// link stays, and what it points to is replaced.
    ///
    /// Throws ``OCIError`` (configuration) naming the file.
    static func replace(
        _ path: String, with bytes: [UInt8], mode: FilePermissions
    ) throws(OCIError) {
        let target = resolved(path)
        try write(bytes, mode, besides: target) { draft in
            guard rename(draft.string, target.string) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    /// Makes a file that is not there yet, whole from its first moment; false when there is one,
    /// which is left as it is.
    static func create(
        _ path: String, with bytes: [UInt8], mode: FilePermissions
    ) throws(OCIError) -> Bool {
        try write(bytes, mode, besides: FilePath(path)) { draft in
            defer { unlink(draft.string) }
            if link(draft.string, path) == 0 { return true }
            guard errno == EEXIST else { throw Errno(rawValue: errno) }
            return false
        }
    }

    private static func write<T>(
        _ bytes: [UInt8], _ mode: FilePermissions, besides target: FilePath,
        then place: (FilePath) throws -> T
    ) throws(OCIError) -> T {
        let folder = target.removingLastComponent()
        let name = ".\(target.lastComponent?.string ?? "").\(UInt64.random(in: 0 ... .max))"
        let draft = folder.appending(name)
        do {
            // Narrow until it is whole; fchmod then gives the mode whatever the umask says.
            let file = try FileDescriptor.open(
                draft, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite])
            try file.closeAfter {
                try file.writeAll(bytes)
                guard fchmod(file.rawValue, mode.rawValue) == 0, fsync(file.rawValue) == 0 else {
                    throw Errno(rawValue: errno)
                }
            }
            let result = try place(draft)
            // Some file systems cannot flush a folder; the file itself is safe by then.
            let parent = try FileDescriptor.open(
                folder.isEmpty ? "." : folder, .readOnly, options: [.closeOnExec, .directory])
            try parent.closeAfter { _ = fsync(parent.rawValue) }
            return result
        } catch {
            unlink(draft.string)
            throw refusal("it cannot be written: \(reason(error))", target.string)
        }
    }

    private static func content(of file: FileDescriptor, _ path: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw refusal("it is larger than \(limit) bytes", path)
            }
        }
    }

    private static func resolved(_ path: String) -> FilePath {
        guard let real = realpath(path, nil) else { return FilePath(path) }
        defer { free(real) }
        return FilePath(String(cString: real))
    }

    private static func reason(_ error: any Error) -> String {
        (error as? Errno)?.description ?? "unknown error"
    }

    private static func refusal(_ reason: String, _ path: String) -> OCIError {
        OCIError(
            .configuration, reason, subject: path,
            advice: "check that this is the right file, and who may access it")
    }
}

extension GuardedFile.Stamp {
    fileprivate init(_ stat: Stat) {
        inode = UInt64(stat.inode.rawValue)
        size = stat.size
        seconds = stat.st_mtim.tv_sec
        nanoseconds = stat.st_mtim.tv_nsec
    }
}
