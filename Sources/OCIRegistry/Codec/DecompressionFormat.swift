import CNative

/// How bytes are compressed, as their first bytes tell.
enum CompressionFormat: Equatable {
    /// Nothing that is known: taken as it is.
    case none
    case gzip
    case zstd
    /// A format that is known but not read here.
    case unsupported(String)

    /// How many bytes the decision looks at.
    static let magicLength = 10

    init(sniffing bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(Self.magicLength))
        func starts(with magic: [UInt8], at offset: Int = 0) -> Bool {
            head.dropFirst(offset).starts(with: magic)
        }
        if starts(with: [0x1f, 0x8b]) {
            self = .gzip
        } else if starts(with: [0x28, 0xb5, 0x2f, 0xfd])
            || (head.first ?? 0) & 0xf0 == 0x50 && starts(with: [0x2a, 0x4d, 0x18], at: 1)
        {
            self = .zstd
        } else if starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) {
            self = .unsupported("xz")
        } else if starts(with: Array("BZh".utf8)),
            starts(with: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], at: 4)
                || starts(with: [0x17, 0x72, 0x45, 0x38, 0x50, 0x90], at: 4)
        {
            // A tar archive whose first member is called BZh… is told apart by the block's magic.
            self = .unsupported("bzip2")
        } else {
            self = .none
        }
    }
}

/// One decompressor's state in C, freed with its owner.
final class Decompressor {
    /// What one step took, gave and met.
    struct Step {
        var taken: Int
        var output: [UInt8]
        /// Whether a gzip member or zstd frame ended here.
        var ended: Bool
    }

    let format: CompressionFormat
    private let state: OpaquePointer

    /// Nil for a format that needs no decoder, and when there is no memory.
    init?(_ format: CompressionFormat) {
        let state =
            switch format {
            case .gzip: cn_gzip_decoder_new()
            case .zstd: cn_zstd_decoder_new()
            case .none, .unsupported: OpaquePointer?.none
            }
        guard let state else { return nil }
        self.format = format
        self.state = state
    }

    deinit { cn_decoder_free(state) }

    /// Decodes some of `input` into at most 1 MiB; nil when the data is corrupt.
    func step(_ input: ArraySlice<UInt8>) -> Step? {
        var taken = 0
        var status: CInt = 0
        let output = [UInt8](unsafeUninitializedCapacity: FileSliceReader.pieceSize) { out, given in
            status = input.withUnsafeBufferPointer {
                cn_decoder_step(
                    state, $0.baseAddress, $0.count, &taken, out.baseAddress, out.count, &given)
            }
        }
        guard status >= 0 else { return nil }
        return Step(taken: taken, output: output, ended: status == 1)
    }
}
