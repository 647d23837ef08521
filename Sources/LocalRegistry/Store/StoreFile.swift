import CNative
import Glibc
import OCIRegistry
import SystemPackage

/// One open file of the store, closed when it goes out of scope.
struct StoreFile: ~Copyable {
    let descriptor: Int32
    let path: String

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var rest = bytes[...]
        while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, start, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw StoreFiles.failure("write", path)
            }
            rest = rest.dropFirst(count)
        }
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(StoreError) in try write(bytes) }
        }
        try result.get()
    }

    /// Up to `count` bytes from `offset`; fewer at the end only.
    func read(at offset: Int64, count: Int) throws(StoreError) -> [UInt8] {
        var failed: StoreError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let target = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let got = pread(
                    descriptor, target.baseAddress, target.count, off_t(offset) + off_t(filled))
                if got < 0 {
                    if errno == EINTR { continue }
                    failed = StoreFiles.failure("read", path)
                    return
                }
                if got == 0 { return }
                filled += got
            }
        }
        if let failed { throw failed }
        return bytes
    }

    /// The digest of all of it.
    func digest(_ algorithm: Digest.Algorithm) throws(StoreError) -> Digest {
        var hash = SHA2(algorithm)
        while true {
            let bytes = try read(at: hash.count, count: 1 << 20)
            if bytes.isEmpty { return hash.finalize() }
            hash.update(bytes)
        }
    }

    /// Makes the content last.
    func sync() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw StoreFiles.failure("sync", path) }
    }

    func status() throws(StoreError) -> FileStatus {
        guard let status = FileStatus(descriptor: descriptor) else {
            throw StoreFiles.failure("look at", path)
        }
        return status
    }
}

/// What the file system knows of a file.
struct FileStatus: Sendable {
    /// Bytes.
    let size: Int64
    /// How many names it has.
    let links: Int
    /// When its content was last written, in seconds since 1970.
    let modified: Int64
    /// When its content or its names last changed, in seconds since 1970.
    let changed: Int64
    let isFolder: Bool
    /// Which file it is, whatever its names.
    let inode: UInt64

    /// Of a path, no link followed; nil when nothing is there.
    init?(path: String) {
        var status = cn_file_status()
        guard cn_file_status(path, -1, &status) == 0 else { return nil }
        self.init(status)
    }

    fileprivate init?(descriptor: Int32) {
        var status = cn_file_status()
        guard cn_file_status(nil, descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: cn_file_status) {
        size = status.size
        links = Int(status.links)
        modified = status.modified
        changed = status.changed
        isFolder = status.is_directory != 0
        inode = status.inode
    }
}
