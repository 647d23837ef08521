/// Reads what another reader gives, decompressed where it is gzip or zstd, as it is otherwise.
///
/// Any number of gzip members (RFC 1952) or zstd frames (RFC 8878), skippable ones included;
/// zeros after the last gzip member are padding. Throws ``OCIError`` (bad data) for corrupt or
/// truncated data, for formats that are not read here, and past a limit.
public actor DecompressingReader: ByteReader {
    /// What bounds the output, against small inputs that would never stop growing.
    public struct Limits: Sendable {
        /// The most bytes that may come out.
        public var output: Int64?
        /// The most bytes that may come out for each that went in, once past the first MiB.
        public var ratio: Int64?

        /// Bounds the output's size, its ratio to the input, both or neither.
        public init(output: Int64? = nil, ratio: Int64? = nil) {
            self.output = output
            self.ratio = ratio
        }
    }

    private enum State {
        case fresh
        case plain
        case decoding(Decompressor)
        /// After a gzip member came a zero: only zeros may follow.
        case padding
    }

    private let source: any ByteReader
    private let limits: Limits
    private let what: String
    private var state = State.fresh
    private var input: ArraySlice<UInt8> = []
    private var isAtBoundary = true
    private var mayHoldOutput = false
    private var taken: Int64 = 0
    private var given: Int64 = 0

    /// Reads from `source`; `what` names it in messages.
    public init(_ source: any ByteReader, limits: Limits = Limits(), what: String) {
        self.source = source
        self.limits = limits
        self.what = what
    }

    public func read() async throws -> [UInt8]? {
        if case .fresh = state { try await sniff() }
        while true {
            switch state {
            case .fresh, .plain:
                if input.isEmpty { return try account(for: try await source.read()) }
                return try account(for: try await nextInput().map { Array($0) })
            case .padding:
                guard let piece = try await nextInput() else { return nil }
                guard piece.allSatisfy({ $0 == 0 }) else {
                    throw bad("has other data after its compressed part")
                }
            case .decoding(let decoder):
                if !mayHoldOutput {
                    if input.isEmpty { input = try await nextInput() ?? [] }
                    if input.isEmpty {
                        guard isAtBoundary else { throw bad("is truncated") }
                        return nil
                    }
                    if isAtBoundary, decoder.format == .gzip, taken > 0, input.first == 0 {
                        state = .padding
                        continue
                    }
                }
                let piece = try step(decoder)
                if !piece.isEmpty { return try account(for: piece) }
            }
        }
    }

    private func step(_ decoder: Decompressor) throws -> [UInt8] {
        guard let step = decoder.step(input) else { throw bad("is corrupt") }
        input = input.dropFirst(step.taken)
        taken += Int64(step.taken)
        isAtBoundary = step.ended
        mayHoldOutput = !step.ended && step.output.count == FileSliceReader.pieceSize
        guard step.taken > 0 || !step.output.isEmpty || mayHoldOutput || input.isEmpty else {
            throw bad("is corrupt")
        }
        return step.output
    }

    /// The input that is at hand, or else the source's next piece.
    private func nextInput() async throws -> ArraySlice<UInt8>? {
        defer { input = [] }
        return input.isEmpty ? try await source.read()?[...] : input
    }

    private func sniff() async throws {
        while input.count < CompressionFormat.magicLength, let piece = try await source.read() {
            input.append(contentsOf: piece)
        }
        switch CompressionFormat(sniffing: input) {
        case .none: state = .plain
        case .gzip, .zstd:
            guard let decoder = Decompressor(CompressionFormat(sniffing: input)) else {
                throw OCIError(.temporary, "there is no memory to decompress", subject: what)
            }
            state = .decoding(decoder)
        case .unsupported(let name):
            throw OCIError(
                .badData, "is compressed with \(name), which images do not use", subject: what,
                advice: "decompress it first, or compress it with gzip or zstd")
        }
    }

    private func account(for piece: [UInt8]?) throws -> [UInt8]? {
        given += Int64(piece?.count ?? 0)
        if let output = limits.output, given > output {
            throw bad("is larger than \(output) bytes when decompressed")
        }
        if case .decoding = state, let ratio = limits.ratio,
            given > 1 << 20, given / max(1, ratio) > taken
        {
            throw bad("grows more than \(ratio) times when decompressed")
        }
        return piece
    }

    private func bad(_ why: String) -> OCIError { OCIError(.badData, why, subject: what) }
}
