#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Looks for words in a file, before the work of parsing it.
struct ByteSearch {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether the word stands anywhere.
    func has(_ word: StaticString) -> Bool {
        let wanted = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        return bytes.withUnsafeBytes { buffer in
            guard let first = wanted.first else { return true }
            var index = 0
            while index + wanted.count <= buffer.count,
                let start = buffer.baseAddress, let word = wanted.baseAddress,
                let found = memchr(start + index, Int32(first), buffer.count - index)
            {
                index = UnsafeRawPointer(found) - start
                guard index + wanted.count <= buffer.count else { return false }
                if memcmp(found, word, wanted.count) == 0 { return true }
                index += 1
            }
            return false
        }
    }
}
