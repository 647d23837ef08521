/// Bytes that arrive piece by piece, read once by one reader.
public protocol ByteReader: Sendable {
    /// The next piece, never empty; nil at the end. Throws what the source throws.
    func read() async throws -> [UInt8]?
}

/// Content that can be opened again and again, as a retry needs.
public struct BlobSource: Sendable {
    /// Opens the content at its beginning.
    public let open: @Sendable () async throws -> any ByteReader

    /// Takes the way to open the content.
    public init(open: @escaping @Sendable () async throws -> any ByteReader) {
        self.open = open
    }

    /// Content that is in memory.
    public init(bytes: [UInt8]) {
        self.init { MemoryReader(bytes) }
    }
}

/// Reads bytes that are in memory, in pieces of at most 1 MiB.
public actor MemoryReader: ByteReader {
    private var rest: ArraySlice<UInt8>

    /// Reads `bytes` from their beginning.
    public init(_ bytes: [UInt8]) { rest = bytes[...] }

    public func read() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        let piece = rest.prefix(1 << 20)
        rest = rest.dropFirst(piece.count)
        return Array(piece)
    }
}

extension ByteReader {
    /// Reads to the end. Throws ``OCIError`` (bad data) past `limit` bytes.
    public func collect(limit: Int, what: @autoclosure () -> String) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await read() {
            guard bytes.count + piece.count <= limit else {
                throw OCIError(.badData, "\(what()) is larger than \(limit) bytes")
            }
            bytes += piece
        }
        return bytes
    }
}
