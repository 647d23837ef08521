public import SystemPackage

/// A plain tar archive in a file: its headers are read once, contents only where wanted.
public struct TarFile: Sendable {
    /// The archive.
    public let file: OpenFile
    /// Its members.
    public let index: TarIndex

    /// Opens an archive and reads all its headers. Throws ``OCIError``.
    public init(_ path: FilePath) throws(OCIError) { try self.init(OpenFile(path)) }

    /// Reads all headers of an archive. Throws ``OCIError`` (bad data) when it is truncated,
    /// corrupt or out of bounds.
    public init(_ file: OpenFile) throws(OCIError) {
        self.file = file
        do throws(OCIError) {
            index = try Self.scan(file)
        } catch {
            throw error.about(file.path.string)
        }
    }

    /// The content of the file of this name; see ``TarIndex/file(_:)``.
    public func slice(_ name: String) throws(OCIError) -> FileSlice? {
        do throws(OCIError) {
            return try index.file(name).map {
                FileSlice(file: file, offset: $0.offset, length: $0.size)
            }
        } catch {
            throw error.about(file.path.string)
        }
    }

    private static func scan(_ file: OpenFile) throws(OCIError) -> TarIndex {
        var index = TarIndex()
        var parser = TarParser()
        var window = Window(file: file)
        var position: Int64 = 0
        while position < file.size {
            let block = try window.read(at: position, count: TarParser.blockSize)
            let step = try parser.header(block, at: position)
            position += Int64(TarParser.blockSize)
            switch step {
            case .zeros:
                if position < file.size {
                    let second = try window.read(at: position, count: TarParser.blockSize)
                    _ = try parser.header(second, at: position)
                }
                return index
            case .extended(let size):
                try parser.extend(with: window.read(at: position, count: size))
                position += Int64(size) + TarEntry.padding(after: Int64(size))
            case .entry(let entry):
                guard entry.end <= file.size else { throw TarParser.bad("is truncated") }
                try index.add(entry)
                position = entry.end
            }
        }
        guard parser.mayEnd, position == file.size else { throw TarParser.bad("is truncated") }
        return index
    }

    /// Reads a little ahead, so that small members cost no system call each.
    private struct Window {
        static let size = 8192
        var file: OpenFile
        var offset: Int64 = 0
        var bytes: [UInt8] = []

        mutating func read(at position: Int64, count: Int) throws(OCIError) -> [UInt8] {
            if position < offset || position + Int64(count) > offset + Int64(bytes.count) {
                (bytes, offset) = (
                    try file.read(at: position, count: max(count, Self.size)), position
                )
            }
            let start = Int(position - offset)
            guard bytes.count - start >= count else { throw TarParser.bad("is truncated") }
            return Array(bytes[start..<start + count])
        }
    }
}

extension OCIError {
    /// The same error with its subject filled in where there was none.
    func about(_ subject: @autoclosure () -> String) -> OCIError {
        var error = self
        error.subject = self.subject ?? subject()
        return error
    }
}
