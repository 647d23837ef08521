import CNative

/// A layer's tar, compressed as it is read: blocks are compressed on all cores, several at a
/// time, and joined in order into one valid stream. The same input and settings give the same
/// bytes, whatever the number of threads.
public actor CompressingReader: ByteReader {
    /// What a layer turned out to be, known once it has been read to its end.
    public struct Result: Sendable, Equatable {
        /// The digest of the uncompressed tar.
        public let diffID: Digest
        /// The uncompressed size in bytes.
        public let uncompressedSize: Int64
        /// The digest of the compressed bytes.
        public let digest: Digest
        /// The compressed size in bytes.
        public let size: Int64
    }

    private let compression: Compression
    private let window: Int
    private let budget: BlockBudget
    /// Blocks in the works that the budget counts: all but one.
    private var borrowed = 0
    private let expected: Digest?
    private let onProgress: @Sendable (Int) -> Void
    private let input: BlockReader
    private var plain: SHA2?
    private var packed: SHA2?
    private var crc: UInt32 = 0
    private var history: [UInt8] = []
    private var inFlight: [Task<[UInt8], any Error>] = []
    private var inputEnded = false
    private var headerSent = false

    /// What the layer turned out to be; nil until ``read()`` has returned nil.
    public private(set) var result: Result?

    /// Compresses `source`. At most `parallel` blocks are in the works at a time, as far as the
    /// budget, which readers may share, allows. Where a diffID is expected and the source has another, the last ``read()`` throws ``OCIError`` (bad data)
    /// instead of ending the stream. `onProgress` hears of uncompressed bytes taken in.
    public init(
        _ source: any ByteReader, compression: Compression, expecting diffID: Digest? = nil,
        parallel: Int, budget: BlockBudget = BlockBudget(),
        onProgress: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.compression = compression
        self.window = max(1, parallel)
        self.budget = budget
        self.expected = diffID
        self.onProgress = onProgress
        self.input = BlockReader(source, blockSize: Compression.blockSize)
        self.plain = SHA2(diffID?.algorithm ?? .sha256)
        self.packed = SHA2()
    }

    deinit {
        for task in inFlight { task.cancel() }
        budget.give(borrowed)
    }

    public func read() async throws -> [UInt8]? {
        while !inputEnded, inFlight.count < window, mayStartBlock() { try await startBlock() }
        var output: [UInt8] = []
        if !headerSent {
            headerSent = true
            output = compression.header
        }
        if !inFlight.isEmpty {
            let compressed = try await inFlight.removeFirst().value
            if borrowed > 0 {
                borrowed -= 1
                budget.give()
            }
            if output.isEmpty { output = compressed } else { output += compressed }
        } else if let plain = plain.take() {
            output += compression.trailer(crc: crc, count: plain.count)
            packed?.update(output)
            try finish(plain)
            return output.isEmpty ? nil : output
        } else {
            return nil
        }
        packed?.update(output)
        return output
    }

    private func mayStartBlock() -> Bool {
        if inFlight.isEmpty { return true }
        guard budget.take() else { return false }
        borrowed += 1
        return true
    }

    private func startBlock() async throws {
        guard let block = try await input.next() else {
            inputEnded = true
            return
        }
        onProgress(block.count)
        let compression = compression
        let history = history
        inFlight.append(
            Task { try CompressedBlock.compress(block, history: history, with: compression) })
        plain?.update(block)
        if case .gzip = compression {
            crc = cn_crc32(crc, block, block.count)
            self.history = Array(block.suffix(CompressedBlock.historySize))
        }
    }

    private func finish(_ plain: consuming SHA2) throws {
        let uncompressedSize = plain.count
        let diffID = plain.finalize()
        if let expected, expected != diffID {
            throw OCIError(
                .badData, "a layer's content is \(diffID), but the configuration says \(expected)",
                advice: "the image is damaged: build or save it again")
        }
        guard let packed = packed.take() else { return }
        let size = packed.count
        result = Result(
            diffID: diffID, uncompressedSize: uncompressedSize, digest: packed.finalize(),
            size: size)
    }
}
