import Glibc
import ImageTags
import OCIRegistry
import SystemPackage

/// A file as it was read.
struct SourceFile: Sendable {
    /// Why a file is not read.
    enum Refusal: Error, Sendable {
        case link, binary, large, gone
        /// With the number that the system gave.
        case unreadable(Int32)
    }

    /// Bytes at the start in which a zero says that it is no text.
    private static let sample = 8192

    let path: String
    let bytes: [UInt8]
    /// Its permissions.
    let mode: FilePermissions

    /// Reads a file of a tree whole, if it is text and not too large; never through a link.
    init(_ path: String, in tree: SourceTree) throws(Refusal) {
        let opened = open(tree.top + path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else {
            switch errno {
            case ELOOP: throw .link
            case ENOENT: throw .gone
            default: throw .unreadable(errno)
            }
        }
        defer { close(opened) }
        var state = stat()
        guard fstat(opened, &state) == 0 else { throw .unreadable(errno) }
        guard state.st_mode & S_IFMT == S_IFREG else { throw .gone }
        let size = Int(state.st_size)
        guard size <= PinnableFile.sizeLimit else { throw .large }
        var bytes = [UInt8](repeating: 0, count: size + 1)
        var count = 0
        while count < bytes.count {
            let more = bytes.withUnsafeMutableBytes {
                let rest = UnsafeMutableRawBufferPointer(rebasing: $0[count...])
                return read(opened, rest.baseAddress, rest.count)
            }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw .unreadable(errno) }
            guard more > 0 else { break }
            count += more
        }
        guard count <= size else { throw .large }
        bytes.removeLast(bytes.count - count)
        guard !bytes.prefix(Self.sample).contains(0) else { throw .binary }
        self.path = path
        self.bytes = bytes
        mode = FilePermissions(rawValue: state.st_mode & 0o7777)
    }
}
