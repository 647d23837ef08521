import Glibc
import OCIRegistry

extension PublishReceipt {
    /// The document, as it is printed and kept.
    var document: [UInt8] { JSON.encode(self, pretty: true) + [0x0a] }

    /// Writes it so that a reader finds the former file or the whole new one, whatever happens.
    ///
    /// Throws ``OCIError`` (configuration) where that cannot be done.
    func write(to path: String) throws(OCIError) {
        let draft = "\(path).\(getpid()).part"
        let opened = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw Self.failure(path, errno) }
        var rest = document[...]
        var problem: Int32 = fchmod(opened, 0o644) == 0 ? 0 : errno
        while problem == 0, !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(opened, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                problem = errno
            }
        }
        if problem == 0, fsync(opened) != 0 { problem = errno }
        if close(opened) != 0, problem == 0 { problem = errno }
        if problem == 0, rename(draft, path) != 0 { problem = errno }
        guard problem == 0 else {
            unlink(draft)
            throw Self.failure(path, problem)
        }
    }

    private static func failure(_ path: String, _ number: Int32) -> OCIError {
        OCIError(
            .configuration, "the receipt cannot be written: \(String(cString: strerror(number)))",
            subject: path,
            advice: "name a file in a folder that may be written to; what was pushed stays")
    }
}
