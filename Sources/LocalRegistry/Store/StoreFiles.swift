import Glibc
import SystemPackage

/// The file operations of the store: each either done, or thrown with the file's name.
///
/// What is written durably survives a power cut: content is synced before it gets its name, and the
/// folder after.
enum StoreFiles {
    /// The error of the call that has just failed.
    static func failure(_ operation: String, _ path: String) -> StoreError {
        StoreError(operation, path, Errno(rawValue: Glibc.errno))
    }

    static func open(
        _ path: String, _ flags: Int32 = O_RDONLY, mode: mode_t = 0o644
    ) throws(StoreError) -> StoreFile {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure("open", path) }
        return StoreFile(descriptor: descriptor, path: path)
    }

    /// A file that may not be there.
    static func openIfThere(_ path: String) throws(StoreError) -> StoreFile? {
        do { return try open(path) } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
    }

    /// All of a small file; nil when it is not there.
    static func read(_ path: String, limit: Int) throws(StoreError) -> [UInt8]? {
        guard let file = try openIfThere(path) else { return nil }
        return try file.read(at: 0, count: limit)
    }

    /// Puts a file under its name at once and for good. `temporary` is on the same file system.
    static func replace(
        _ path: String, with bytes: [UInt8], temporary: String
    ) throws(StoreError) {
        do throws(StoreError) {
            let file = try open(temporary, O_WRONLY | O_CREAT | O_EXCL)
            try file.write(bytes)
            try file.sync()
            try retryingWithFolder(of: path) { () throws(StoreError) in
                guard rename(temporary, path) == 0 else { throw failure("rename", path) }
            }
            try syncFolder(of: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Gives a file another name. False when its first name is gone; true when there already is a
    /// file of the new name, which then looks as if it had just been made.
    static func link(_ old: String, _ new: String) throws(StoreError) -> Bool {
        var found = true
        try retryingWithFolder(of: new) { () throws(StoreError) in
            if Glibc.link(old, new) == 0 { return }
            let error = failure("link", new)
            if error.errno == .fileExists {
                guard try !touch(new) else { return }
                // Gone meanwhile: once more.
                throw StoreError("link", new, .noSuchFileOrDirectory)
            }
            if error.errno == .noSuchFileOrDirectory, access(old, F_OK) != 0 {
                found = false
                return
            }
            throw error
        }
        return found
    }

    /// Makes a file look as if it had just changed. False when it is not there.
    static func touch(_ path: String) throws(StoreError) -> Bool {
        if utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) == 0 { return true }
        let error = failure("touch", path)
        guard error.isAbsence else { throw error }
        return false
    }

    /// Makes an empty file, unless there is one.
    static func make(_ path: String) throws(StoreError) {
        try retryingWithFolder(of: path) { () throws(StoreError) in
            _ = try open(path, O_WRONLY | O_CREAT)
        }
    }

    /// Removes a name. False when it was not there.
    @discardableResult
    static func remove(_ path: String) throws(StoreError) -> Bool {
        if unlink(path) == 0 { return true }
        let error = failure("remove", path)
        guard error.isAbsence else { throw error }
        return false
    }

    /// Removes a name at once and for good. False when it was not there.
    @discardableResult
    static func removeForGood(_ path: String) throws(StoreError) -> Bool {
        guard try remove(path) else { return false }
        try syncFolder(of: path)
        return true
    }

    /// Removes a file, or a folder with all that is in it.
    static func removeTree(_ path: String) throws(StoreError) {
        guard FileStatus(path: path)?.isFolder == true else {
            try remove(path)
            return
        }
        try names(in: path) { name throws(StoreError) in try removeTree("\(path)/\(name)") }
        rmdir(path)
    }

    /// Whether something has this name. Unlike ``FileStatus`` it does not take a failing disk for a no:
    /// for who removes what depends on it.
    static func isThere(_ path: String) throws(StoreError) -> Bool {
        if access(path, F_OK) == 0 { return true }
        let error = failure("look at", path)
        guard error.isAbsence else { throw error }
        return false
    }

    /// Makes a folder and those above it, each synced into the one that holds it.
    static func makeFolder(_ path: String) throws(StoreError) {
        if mkdir(path, 0o755) == 0 { return try syncFolder(of: path) }
        let error = failure("make", path)
        if error.errno == .fileExists { return }
        guard error.errno == .noSuchFileOrDirectory, let parent = folder(of: path) else {
            throw error
        }
        try makeFolder(parent)
        try makeFolder(path)
    }

    /// Makes the names in a file's folder last; when a gc took the folder away, which was empty then,
    /// that it is gone.
    static func syncFolder(of path: String) throws(StoreError) {
        guard let parent = folder(of: path) else { return }
        do {
            let file = try open(parent, O_RDONLY | O_DIRECTORY)
            try file.sync()
        } catch {
            guard error.isAbsence else { throw error }
            try syncFolder(of: parent)
        }
    }

    /// The names in a folder, in no order, without `.` and `..`; none when it is not there.
    static func names(
        in path: String, _ body: (String) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard let stream = opendir(path) else {
            let error = failure("list", path)
            if error.isAbsence { return }
            throw error
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                // A list that breaks off must not pass for a whole one.
                guard errno == 0 else { throw failure("list", path) }
                return
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { try body(name) }
        }
    }

    /// A gc may take an empty folder away between its making and its use.
    private static func retryingWithFolder(
        of path: String, _ body: () throws(StoreError) -> Void
    ) throws(StoreError) {
        for attempt in 0... {
            do { return try body() } catch {
                guard error.errno == .noSuchFileOrDirectory, attempt < 8,
                    let parent = folder(of: path)
                else { throw error }
                try makeFolder(parent)
            }
        }
    }

    private static func folder(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return nil }
        return String(path[..<slash])
    }
}
