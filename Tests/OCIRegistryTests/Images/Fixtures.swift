import Foundation
import SystemPackage

@testable import OCIRegistry

/// A folder that goes when the test is over.
final class TemporaryFolder: Sendable {
    let path: FilePath

    init() {
        path = FilePath(NSTemporaryDirectory()).appending("oci-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(
            atPath: path.string, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    /// Writes a file, making the folders above it.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> FilePath {
        let target = path.appending(name)
        try FileManager.default.createDirectory(
            atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: target.string))
        return target
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: path.appending(name).string, withDestinationPath: target)
    }
}

/// Writes tar archives, correct ones and others.
struct TarWriter {
    private(set) var bytes: [UInt8] = []

    mutating func header(
        _ name: String, size: Int64 = 0, type: Character = "0", link: String = "",
        prefix: String = "", magic: String = "ustar\u{0}00", sizeField: [UInt8]? = nil,
        checksum: Int? = nil
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Collection<UInt8>, at offset: Int, _ width: Int) {
            for (index, byte) in text.prefix(width).enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, _ width: Int) -> [UInt8] {
            let digits = String(value, radix: 8)
            return Array((String(repeating: "0", count: width - digits.count) + digits).utf8)
        }
        put(Array(name.utf8), at: 0, 100)
        put(octal(0o644, 7), at: 100, 7)
        put(sizeField ?? octal(size, 11), at: 124, 12)
        put([type.asciiValue ?? 0], at: 156, 1)
        put(Array(link.utf8), at: 157, 100)
        put(Array(magic.utf8), at: 257, 8)
        put(Array(prefix.utf8), at: 345, 155)
        put([UInt8](repeating: 0x20, count: 8), at: 148, 8)
        let sum = checksum ?? block.reduce(0) { $0 + Int($1) }
        put(octal(Int64(sum), 6) + [0, 0x20], at: 148, 8)
        bytes += block
    }

    mutating func content(_ content: [UInt8]) {
        bytes += content + [UInt8](repeating: 0, count: -content.count & 511)
    }

    mutating func file(_ name: String, _ content: [UInt8]) {
        header(name, size: Int64(content.count))
        self.content(content)
    }

    mutating func symlink(_ name: String, to target: String) {
        header(name, type: "2", link: target)
    }

    mutating func directory(_ name: String) { header(name + "/", type: "5") }

    mutating func extended(_ type: Character, _ content: [UInt8]) {
        header("././@Ext", size: Int64(content.count), type: type)
        self.content(content)
    }

    mutating func pax(_ records: [(String, String)], type: Character = "x") {
        extended(type, records.flatMap { Self.record($0, $1) })
    }

    static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n".utf8.count
        var length = rest + 1
        while "\(length)".utf8.count + rest != length { length += 1 }
        return Array("\(length) \(key)=\(value)\n".utf8)
    }

    /// The archive with its end.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    static func archive(_ files: [(String, [UInt8])]) -> [UInt8] {
        var tar = TarWriter()
        for (name, content) in files { tar.file(name, content) }
        return tar.finished
    }
}

/// Compressed forms that need no compressor.
enum Compressed {
    /// One gzip member of stored blocks.
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(0xffff)
            rest = rest.dropFirst(block.count)
            let count = UInt16(block.count)
            out.append(rest.isEmpty ? 1 : 0)
            out += little(count) + little(~count) + block
        } while !rest.isEmpty
        return out + little(crc32(bytes)) + little(UInt32(bytes.count))
    }

    /// One zstd frame of raw blocks, with a window of 8 MiB.
    static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(128 << 10)
            rest = rest.dropFirst(block.count)
            out += little(UInt32(block.count) << 3 | (rest.isEmpty ? 1 : 0)).prefix(3) + block
        } while !rest.isEmpty
        return out
    }

    /// A zstd frame of zeros: four bytes for each 128 KiB.
    static func zstdZeros(blocks: Int) -> [UInt8] {
        var out: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3]
        for index in 1...blocks {
            out += little(UInt32(128 << 10) << 3 | 2 | (index == blocks ? 1 : 0)).prefix(3) + [0]
        }
        return out
    }

    /// A zstd frame that decoders pass over.
    static func skippable(_ bytes: [UInt8]) -> [UInt8] {
        [0x53, 0x2a, 0x4d, 0x18] + little(UInt32(bytes.count)) + bytes
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
        }
        return ~crc
    }
}

/// Hands out bytes in small pieces of changing size, and counts what was asked for.
actor PieceReader: ByteReader {
    private var rest: ArraySlice<UInt8>
    private var size = 1
    private(set) var given = 0

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func read() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        size = size % 1999 + 37
        let piece = Array(rest.prefix(size))
        rest = rest.dropFirst(size)
        given += piece.count
        return piece
    }
}

/// Collects what is handed over by several tasks.
actor Collected {
    private(set) var layers: [Digest: [UInt8]] = [:]
    private(set) var order: [Digest] = []

    func add(_ digest: Digest, _ bytes: [UInt8]) {
        layers[digest] = bytes
        order.append(digest)
    }
}

extension UnpackedImage {
    /// The wanted layers' contents.
    func layers(_ wanted: Set<Digest>, parallel: Int = 2) async throws -> [Digest: [UInt8]] {
        let collected = Collected()
        try await readLayers(wanted, parallel: parallel) { layer in
            let bytes = try await layer.content.collect(limit: 64 << 20, what: "layer")
            await collected.add(layer.diffID, bytes)
        }
        return await collected.layers
    }
}

/// The error that `body` throws, nil when it throws none.
func failure(_ body: () async throws -> Void) async -> OCIError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? OCIError ?? OCIError(.usage, "not an OCIError: \(error)", subject: "TEST")
    }
}
