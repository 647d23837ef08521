import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is written under a passing name and gets its own once it is whole and on disk;
/// removed when that never comes.
final class TemporaryFile: Sendable {
    private let directory: FilePath
    private let path: FilePath
    private let descriptor: FileDescriptor

    /// Creates the file under a name that no other has.
    init(in directory: FilePath) throws(OCIError) {
        let path = directory.appending(
            ".\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).part")
        self.directory = directory
        self.path = path
        descriptor = try OCIError.onFile("cannot create", path) {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
        }
    }

    deinit {
        try? descriptor.close()
        // After a commit there is nothing under this name.
        _ = unlink(path.string)
    }

    func write(_ bytes: [UInt8]) throws(OCIError) {
        try OCIError.onFile("cannot write", path) { _ = try descriptor.writeAll(bytes) }
    }

    /// Syncs the file and gives it its name, replacing what had it.
    func commit(as name: String) throws(OCIError) {
        let target = directory.appending(name)
        try OCIError.onFile("cannot write", target) {
            try Self.check(fsync(descriptor.rawValue))
            try Self.check(rename(path.string, target.string))
            let parent = try FileDescriptor.open(directory, .readOnly, options: [.directory])
            defer { try? parent.close() }
            try Self.check(fsync(parent.rawValue))
        }
    }

    private static func check(_ result: CInt) throws(Errno) {
        if result != 0 { throw Errno(rawValue: errno) }
    }
}
