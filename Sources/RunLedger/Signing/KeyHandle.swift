import CNative
import OCIRegistry

/// A key in OpenSSL's memory, which many threads may use at a time once it is made.
final class KeyHandle: Sendable {
    /// Bytes that a key's text may have.
    static let limit = 16 << 10

    nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes over a key; nil where there is none, or it is not on P-256.
    init?(_ key: OpaquePointer?) {
        guard let key else { return nil }
        pointer = key
        // By now, leaving frees it.
        guard cn_key_is_on(key, "prime256v1") == 1 else { return nil }
    }

    deinit { cn_key_free(pointer) }

    /// What a shim writes of the key.
    func bytes(_ write: (OpaquePointer, UnsafeMutablePointer<UInt8>, Int) -> Int64) -> [UInt8] {
        let limit = Self.limit
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = max(0, Int(write(pointer, start, limit)))
        }
    }

    /// Reads a text of PEM. RFC 7468.
    static func read(
        _ pem: String, _ parse: (UnsafePointer<CChar>, Int) -> OpaquePointer?
    ) -> KeyHandle? {
        guard pem.utf8.count <= limit else { return nil }
        return pem.withCString { KeyHandle(parse($0, pem.utf8.count)) }
    }
}
