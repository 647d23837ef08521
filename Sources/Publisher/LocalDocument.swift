import Glibc
import OCIRegistry

/// Files that are read whole, and files that are added to.
enum LocalDocument {
    /// Writes all of it to an open file; the number of what went wrong, or 0.
    static func append(_ bytes: [UInt8], to file: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    /// A whole file, at most so many bytes; nil where there is none.
    ///
    /// Throws ``OCIError``: configuration where it cannot be read, bad data where it is larger.
    static func read(_ path: String, limit: Int, what: String) throws(OCIError) -> [UInt8]? {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(path, what, "let this user read it", errno)
        }
        defer { close(opened) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = Glibc.read(opened, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, what, "let this user read it", errno) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw OCIError(
                    .badData, "\(what) is larger than \(limit) bytes", subject: path,
                    advice: "check that this is the right file")
            }
        }
    }

    static func failure(
        _ path: String, _ what: String, _ advice: String, _ number: Int32
    ) -> OCIError {
        OCIError(
            .configuration,
            "\(what) cannot be read or written: \(String(cString: strerror(number)))",
            subject: path, advice: advice)
    }
}
