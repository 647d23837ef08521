import FoundationEssentials
import OCIRegistry
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Small files that decide who may come in: read whole and bounded, with what tells whether they changed.
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
