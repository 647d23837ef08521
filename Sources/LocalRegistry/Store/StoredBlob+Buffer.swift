import CNative
import Glibc
import NIOCore
import SystemPackage

extension StoredBlob {
    /// Up to `count` bytes from `offset`. Not `waiting`: nil when the disk would have to be waited for.
    func buffer(at offset: Int64, count: Int, waiting: Bool) throws(StoreError) -> ByteBuffer? {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        var failure: Int32 = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            while true {
                let got =
                    waiting
                    ? pread(descriptor, target.baseAddress, count, off_t(offset))
                    : cn_read_cached(descriptor, target.baseAddress, count, offset)
                if got >= 0 { return got }
                if errno == EINTR { continue }
                failure = errno
                return 0
            }
        }
        if failure == 0 { return buffer }
        if !waiting { return nil }
        throw StoreError("read", "a blob", Errno(rawValue: failure))
    }
}
