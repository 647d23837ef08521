/// Reads a tar archive from beginning to end: members one after another, and the content of the
/// current one where it is wanted.
public actor TarStream {
    private let source: any ByteReader
    private let what: String
    private var parser = TarParser()
    private var buffer: [UInt8] = []
    private var start = 0
    private var position: Int64 = 0
    private var current: TarEntry?
    private var unread: Int64 = 0
    private var serial = 0
    private var hasEnded = false

    /// Reads the plain tar archive that `source` gives; `what` names it in messages.
    public init(_ source: any ByteReader, what: String) {
        self.source = source
        self.what = what
    }

    /// The next member, what is left of the current one being skipped; nil at the end.
    ///
    /// Throws ``OCIError`` (bad data) for an archive that is truncated, corrupt or out of bounds.
    public func next() async throws -> TarEntry? {
        do {
            return try await advance()
        } catch let error as OCIError {
            throw error.about(what)
        }
    }

    /// A reader of the current member's content, of no use once the archive has moved on.
    public func content() -> some ByteReader { MemberReader(archive: self, serial: serial) }

    private func advance() async throws -> TarEntry? {
        guard !hasEnded else { return nil }
        if let current { try await skip(to: current.end) }
        (current, unread, serial) = (nil, 0, serial + 1)
        while true {
            let header = position
            guard let block = try await take(TarParser.blockSize) else {
                guard parser.mayEnd else { throw TarParser.bad("is truncated") }
                hasEnded = true
                return nil
            }
            switch try parser.header(block, at: header) {
            case .zeros:
                if let second = try await take(TarParser.blockSize) {
                    _ = try parser.header(second, at: header)
                }
                hasEnded = true
                return nil
            case .extended(let size):
                guard let content = try await take(size) else {
                    throw TarParser.bad("is truncated")
                }
                try parser.extend(with: content)
                try await skip(to: position + TarEntry.padding(after: Int64(size)))
            case .entry(let entry):
                (current, unread) = (entry, entry.size)
                return entry
            }
        }
    }

    /// Exactly `count` bytes; nil when the source ended before the first.
    private func take(_ count: Int) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard try await fill() else {
                guard bytes.isEmpty else { throw TarParser.bad("is truncated") }
                return nil
            }
            let piece = buffer[start...].prefix(count - bytes.count)
            bytes += piece
            consume(piece.count)
        }
        return bytes
    }

    private func skip(to end: Int64) async throws {
        while position < end {
            guard try await fill() else { throw TarParser.bad("is truncated") }
            consume(Int(min(end - position, Int64(buffer.count - start))))
        }
    }

    private func fill() async throws -> Bool {
        while start == buffer.count {
            guard let piece = try await source.read() else { return false }
            (buffer, start) = (piece, 0)
        }
        return true
    }

    private func consume(_ count: Int) {
        start += count
        position += Int64(count)
    }

    fileprivate func piece(of wanted: Int) async throws -> [UInt8]? {
        guard wanted == serial else {
            throw OCIError(.badData, "a member was read after the archive moved on", subject: what)
        }
        guard unread > 0 else { return nil }
        guard try await fill() else { throw OCIError(.badData, "is truncated", subject: what) }
        let count = Int(min(unread, Int64(buffer.count - start)))
        // A piece that lies within the member as a whole is handed on without a copy.
        let piece = count == buffer.count ? buffer : Array(buffer[start..<start + count])
        consume(count)
        unread -= Int64(count)
        if start == buffer.count { (buffer, start) = ([], 0) }
        return piece
    }

    private struct MemberReader: ByteReader {
        var archive: TarStream
        var serial: Int
        func read() async throws -> [UInt8]? { try await archive.piece(of: serial) }
    }
}
