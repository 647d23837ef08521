import CNative

/// One block of a layer's tar, and what it needs to be compressed apart from all others.
struct CompressedBlock {
    /// How many bytes before a block its matches may reach back to.
    static let historySize = 32 << 10

    /// Compresses one block, which depends on nothing but its arguments.
    ///
    /// Throws ``OCIError`` (temporary) when the library has no memory for it.
    static func compress(
        _ block: [UInt8], history: [UInt8], with compression: Compression
    ) throws -> [UInt8] {
        let bound =
            switch compression {
            case .gzip: cn_deflate_bound(block.count)
            case .zstd: cn_zstd_bound(block.count)
            }
        var failed = false
        let output = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            let written =
                switch compression {
                case .gzip(let level):
                    cn_deflate_block(
                        Int32(level), history, history.count, block, block.count,
                        buffer.baseAddress, buffer.count)
                case .zstd(let level):
                    cn_zstd_frame(
                        Int32(level), block, block.count, buffer.baseAddress, buffer.count)
                }
            failed = written < 0
            count = max(0, Int(written))
        }
        if failed { throw OCIError(.temporary, "\(compression.name) could not compress a layer") }
        return output
    }
}
