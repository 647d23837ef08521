import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A layout in a directory. No symbolic link below it is followed, so nothing outside is read.
final class OCILayoutDirectory: OCILayout.Store {
    let path: FilePath
    private let directory: FileDescriptor

    /// Opens the directory. Throws ``OCIError``: not found, denied, usage.
    init(_ path: FilePath) throws(OCIError) {
        self.path = path
        directory = try OCIError.onFile("cannot open", path) {
            try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        }
    }

    deinit { try? directory.close() }

    var name: String { path.string }

    func file(_ name: String) throws(OCIError) -> FileSlice? {
        let components = name.split(separator: "/").map(String.init)
        var parent = directory
        defer { if parent != directory { try? parent.close() } }
        for (index, component) in components.enumerated() {
            let isLast = index == components.count - 1
            let flags = isLast ? O_RDONLY | O_NONBLOCK : O_RDONLY | O_DIRECTORY
            let opened = openat(parent.rawValue, component, flags | O_NOFOLLOW | O_CLOEXEC)
            if opened < 0 {
                let errno = Errno(rawValue: errno)
                if errno == .noSuchFileOrDirectory { return nil }
                throw OCIError(errno, "cannot open", path.appending(name))
            }
            let descriptor = FileDescriptor(rawValue: opened)
            if isLast {
                return try OpenFile(adopting: descriptor, path: path.appending(name)).whole
            }
            if parent != directory { try? parent.close() }
            parent = descriptor
        }
        return nil
    }
}
