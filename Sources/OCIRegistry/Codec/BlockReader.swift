/// Cuts what a reader gives into blocks of one size, but for the last.
actor BlockReader {
    private let source: any ByteReader
    private let blockSize: Int
    private var rest: [UInt8] = []
    private var ended = false

    init(_ source: any ByteReader, blockSize: Int) {
        self.source = source
        self.blockSize = blockSize
    }

    /// The next block, nil after the last; a smaller one where `limit` asks for less.
    func next(limit: Int = .max) async throws -> [UInt8]? {
        let blockSize = min(blockSize, limit)
        while rest.count < blockSize, !ended {
            guard let piece = try await source.read() else {
                ended = true
                break
            }
            if rest.isEmpty { rest = piece } else { rest += piece }
        }
        guard !rest.isEmpty else { return nil }
        if rest.count <= blockSize {
            defer { rest = [] }
            return rest
        }
        let block = Array(rest.prefix(blockSize))
        rest.removeFirst(blockSize)
        return block
    }
}

/// A part of what a block reader gives, as a reader of its own.
actor SegmentReader: ByteReader {
    private let source: BlockReader
    private var left: Int

    /// The next `count` bytes of `source`, or what there is of them.
    init(_ source: BlockReader, count: Int) {
        self.source = source
        left = count
    }

    func read() async throws -> [UInt8]? {
        guard left > 0, let piece = try await source.next(limit: left) else { return nil }
        left -= piece.count
        return piece
    }
}

/// A part of what a block reader gives, gathered in memory because its size must be known before
/// its first byte is sent. A piece is let go of once it was read.
actor Chunk: ByteReader {
    /// The size in bytes.
    nonisolated let count: Int64
    private var pieces: ArraySlice<[UInt8]>

    /// Gathers up to `size` bytes; nil when there are none left.
    init?(gathering source: BlockReader, size: Int) async throws {
        var pieces: [[UInt8]] = []
        var count = 0
        while count < size, let piece = try await source.next(limit: size - count) {
            count += piece.count
            pieces.append(piece)
        }
        guard count > 0 else { return nil }
        self.count = Int64(count)
        self.pieces = pieces[...]
    }

    func read() -> [UInt8]? { pieces.popFirst() }
}
