/// How layers are compressed on their way to a registry.
public enum Compression: Sendable, Hashable {
    /// gzip at a level from 1 (fastest) to 9 (smallest): 1 to 3 by ISA-L, 4 to 9 by zlib.
    case gzip(level: Int)
    /// zstd at a level from 1 (fastest) to 19 (smallest).
    case zstd(level: Int)

    /// gzip at the level whose size is within a few per cent of zlib's default, many times sooner.
    public static let defaultGzip = Compression.gzip(level: 2)
    /// zstd at the level that is smaller than gzip's best and about as fast as gzip's fastest.
    public static let defaultZstd = Compression.zstd(level: 2)

    /// The algorithm's name, as on the command line.
    public var name: String {
        switch self {
        case .gzip: "gzip"
        case .zstd: "zstd"
        }
    }

    /// The media type of a layer compressed so, in OCI's or Docker's family; Docker has no zstd.
    public func layerType(docker: Bool) -> MediaType {
        switch self {
        case .gzip: docker ? .dockerLayerGzip : .ociLayerGzip
        case .zstd: .ociLayerZstd
        }
    }

    /// Uncompressed bytes that are compressed as one unit. It is part of the format that
    /// ``CompressingReader`` writes: another size gives other bytes.
    static let blockSize = 1 << 20

    var header: [UInt8] {
        switch self {
        // RFC 1952, section 2.3.1: no time, no flags, unknown system.
        case .gzip: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
        case .zstd: []
        }
    }

    /// What follows the last block: for gzip an empty final deflate block, CRC-32 and size.
    func trailer(crc: UInt32, count: Int64) -> [UInt8] {
        switch self {
        case .gzip:
            [0x03, 0x00] + Self.littleEndian(crc)
                + Self.littleEndian(UInt32(truncatingIfNeeded: count))
        case .zstd: []
        }
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
}
