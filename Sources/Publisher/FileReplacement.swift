import Glibc
import OCIRegistry

/// Files that are replaced in one step.
enum FileReplacement {
    /// Writes a file so that a reader finds the former one or the whole new one, whatever happens.
    ///
    /// - Parameter mode: its permissions.
    /// - Parameter isSynced: whether it has to be on the disk when this returns.
    /// - Parameter what: what it is called where it cannot be written.
    ///
    /// Throws ``OCIError`` (configuration) where that cannot be done; the former file is there then.
    static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t = 0o644, isSynced: Bool = true,
        what: String, advice: String
    ) throws(OCIError) {
        let draft = "\(path).\(getpid()).part"
        let opened = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        var problem: Int32 = opened >= 0 ? 0 : errno
        if problem == 0 {
            var rest = bytes[...]
            if fchmod(opened, mode) != 0 { problem = errno }
            while problem == 0, !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(opened, $0.baseAddress, $0.count) }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    problem = errno
                }
            }
            if isSynced, problem == 0, fsync(opened) != 0 { problem = errno }
            if close(opened) != 0, problem == 0 { problem = errno }
            if problem == 0, rename(draft, path) != 0 { problem = errno }
            if problem != 0 { unlink(draft) }
        }
        guard problem == 0 else {
            throw OCIError(
                .configuration, "\(what) cannot be written: \(String(cString: strerror(problem)))",
                subject: path, advice: advice)
        }
    }
}
