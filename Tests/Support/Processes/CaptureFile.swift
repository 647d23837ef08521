import Glibc

/// A nameless file that a child process writes to (or reads from) while the test reads it.
final class CaptureFile: Sendable {
    let descriptor: Int32

    /// A file that holds these bytes, positioned at its start.
    init(_ content: [UInt8] = []) throws {
        var template = Array("/tmp/publisher-capture.XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw SupportError(call: "mkstemp") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(template)
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes { raw in
                let rest = UnsafeRawBufferPointer(rebasing: raw.dropFirst(written))
                return pwrite(descriptor, rest.baseAddress, rest.count, off_t(written))
            }
            guard count > 0 else { throw SupportError(call: "pwrite") }
            written += count
        }
    }

    deinit { close(descriptor) }

    /// What has been written so far.
    var content: [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, filled in
            while filled < buffer.count {
                let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let count = pread(descriptor, rest.baseAddress, rest.count, off_t(filled))
                guard count > 0 else { break }
                filled += count
            }
        }
    }
}
