public import SystemPackage

/// A regular file, open for reading: shared by any number of readers, closed when the last goes.
public final class OpenFile: Sendable {
    /// Where it was opened; for messages.
    public let path: FilePath
    /// Its size in bytes when it was opened.
    public let size: Int64
    private let descriptor: FileDescriptor

    /// Opens a file. Throws ``OCIError``: not found, denied, or usage when it is not a regular file.
    public convenience init(_ path: FilePath) throws(OCIError) {
        // Without nonBlocking, opening a FIFO would wait for its writer.
        let descriptor = try OCIError.onFile("cannot open", path) {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        }
        try self.init(adopting: descriptor, path: path)
    }

    /// Takes over an open descriptor, which is closed if this throws.
    init(adopting descriptor: FileDescriptor, path: FilePath) throws(OCIError) {
        do throws(OCIError) {
            let stat = try OCIError.onFile("cannot read", path) { try Stat(descriptor) }
            guard stat.type == .regular else {
                throw OCIError(.usage, "is not a regular file", subject: path.string)
            }
            size = Int64(stat.size)
        } catch {
            try? descriptor.close()
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { try? descriptor.close() }

    /// At most `count` bytes at `offset`; fewer only at the end of the file.
    func read(at offset: Int64, count: Int) throws(OCIError) -> [UInt8] {
        try OCIError.onFile("cannot read", path) {
            try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let rest = UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    let got = try descriptor.read(
                        fromAbsoluteOffset: offset + Int64(filled), into: rest)
                    if got == 0 { break }
                    filled += got
                }
            }
        }
    }

    /// The whole of the file as a slice.
    public var whole: FileSlice { FileSlice(file: self, offset: 0, length: size) }
}

/// Part of an open file.
public struct FileSlice: Sendable {
    /// The file.
    public var file: OpenFile
    /// Where the part begins, in bytes.
    public var offset: Int64
    /// How long it is, in bytes.
    public var length: Int64

    /// A reader from the slice's beginning.
    public func reader() -> FileSliceReader { FileSliceReader(self) }

    /// The slice's bytes, which must be at most `limit`. Throws ``OCIError`` (bad data).
    func bytes(limit: Int, what: String) throws(OCIError) -> [UInt8] {
        guard length <= Int64(limit) else {
            throw OCIError(
                .badData, "\(what) is larger than \(limit) bytes", subject: file.path.string)
        }
        let bytes = try file.read(at: offset, count: Int(length))
        guard bytes.count == Int(length) else { throw shorter }
        return bytes
    }

    /// The first bytes, at most `count` of them. Throws ``OCIError``.
    func head(count: Int) throws(OCIError) -> [UInt8] {
        try file.read(at: offset, count: Int(min(Int64(count), length)))
    }

    var shorter: OCIError {
        OCIError(
            .badData, "the file became shorter while it was read", subject: file.path.string,
            advice: "run again when nothing writes to the file")
    }
}

/// Reads part of a file in pieces of at most 1 MiB, without a position shared with other readers.
public actor FileSliceReader: ByteReader {
    /// The largest piece that is read at once, in bytes.
    static let pieceSize = 1 << 20

    private var rest: FileSlice

    /// Reads `slice` from its beginning.
    public init(_ slice: FileSlice) { rest = slice }

    public func read() throws -> [UInt8]? {
        try Task.checkCancellation()
        guard rest.length > 0 else { return nil }
        let count = Int(min(rest.length, Int64(Self.pieceSize)))
        let piece = try rest.file.read(at: rest.offset, count: count)
        guard piece.count == count else { throw rest.shorter }
        rest.offset += Int64(count)
        rest.length -= Int64(count)
        return piece
    }
}
