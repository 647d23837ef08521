import CNative

/// An incremental SHA-256 or SHA-512, computed by OpenSSL.
public struct SHA2: ~Copyable {
    private let state: OpaquePointer
    private let algorithm: Digest.Algorithm
    /// Bytes hashed so far.
    public private(set) var count: Int64 = 0

    /// Starts a hash.
    public init(_ algorithm: Digest.Algorithm = .sha256) {
        self.algorithm = algorithm
        guard let state = cn_hash_new(algorithm == .sha256 ? 256 : 512) else {
            preconditionFailure("OpenSSL offers no \(algorithm.rawValue)")
        }
        self.state = state
    }

    deinit { cn_hash_free(state) }

    /// Adds bytes.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable {
            update(UnsafeRawBufferPointer($0))
        }
        if done == nil { Array(bytes).withUnsafeBytes { update($0) } }
    }

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let updated = cn_hash_update(state, bytes.baseAddress, bytes.count)
        precondition(updated == 1, "OpenSSL refused to hash")
        count += Int64(bytes.count)
    }

    /// Ends the hash.
    public consuming func finalize() -> Digest {
        var raw: [UInt8] = Array(repeating: 0, count: 64)
        let count = Int(cn_hash_final(state, &raw))
        guard let digest = Digest(algorithm, hex: Hexadecimal.encode(raw.prefix(count))) else {
            preconditionFailure("OpenSSL gave a hash of the wrong length")
        }
        return digest
    }

    /// The digest of bytes in memory.
    public static func digest(
        of bytes: [UInt8], _ algorithm: Digest.Algorithm = .sha256
    ) -> Digest {
        var hash = SHA2(algorithm)
        hash.update(bytes)
        return hash.finalize()
    }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
