/// Content that must have a given digest and size. The reader never ends normally when it does
/// not: the last ``read()`` throws ``OCIError`` (bad data) in place of returning nil.
public actor VerifyingReader: ByteReader {
    private let source: any ByteReader
    private let expected: Descriptor
    private let subject: String
    private let onProgress: @Sendable (Int) -> Void
    private var hash: SHA2?

    /// Checks `source` against `expected`. `subject` names the source in the error.
    public init(
        _ source: any ByteReader, expecting expected: Descriptor, subject: String,
        onProgress: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.source = source
        self.expected = expected
        self.subject = subject
        self.onProgress = onProgress
        self.hash = SHA2(expected.digest.algorithm)
    }

    public func read() async throws -> [UInt8]? {
        if let piece = try await source.read() {
            hash?.update(piece)
            let count = hash?.count ?? 0
            guard count <= expected.size else { throw mismatch("is larger than it should be") }
            if count == expected.size { try await checkEnd() }
            onProgress(piece.count)
            return piece
        }
        if hash != nil { try await checkEnd() }
        return nil
    }

    /// Checks as soon as the last byte is here, so that whoever sends a known number of bytes
    /// never sends the last of a wrong content.
    private func checkEnd() async throws {
        guard let hash = hash.take() else { return }
        let count = hash.count
        guard count == expected.size else {
            throw mismatch("has \(count) bytes instead of \(expected.size)")
        }
        let digest = hash.finalize()
        guard digest == expected.digest else { throw mismatch("has digest \(digest)") }
        if try await source.read() != nil { throw mismatch("is larger than it should be") }
    }

    private func mismatch(_ how: String) -> OCIError {
        OCIError(
            .badData, "the content of \(expected.digest) \(how)", subject: subject,
            advice: "the source is damaged: make it again")
    }
}
