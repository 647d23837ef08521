import CNative
import FoundationEssentials
import SystemPackage

/// A layer's tar archive, put together again from what an engine keeps of it: its headers in a
/// tar-split file, its files in a folder. github.com/vbatts/tar-split, tar/storage.
///
/// Nothing outside of the folder is read, whatever the names say: no link is followed.
actor TarSplitReader: ByteReader {
    /// The storage is not as it should be: the layer is to be had elsewhere.
    struct Unreadable: Error {}

    /// As large as the blocks that layers are compressed in, so that none is put together twice.
    private static let pieceSize = 1 << 20
    private static let fileReadSize = 128 << 10
    private static let lineLimit = 16 << 20

    private struct Entry: Decodable {
        var type: Int
        var name: String?
        var name_raw: Data?
        var size: Int64?
        var payload: Data?
    }

    private let splits: any ByteReader
    private let folder: FileDescriptor
    private var text: [UInt8] = []
    private var position = 0
    private var headers: ArraySlice<UInt8> = []
    private var file: (descriptor: FileDescriptor, left: Int64)?

    /// Joins the lines of `splits` with the files in `folder`, which the reader closes.
    init(_ splits: any ByteReader, folder: FileDescriptor) {
        self.splits = splits
        self.folder = folder
    }

    deinit {
        try? file?.descriptor.close()
        try? folder.close()
    }

    func read() async throws -> [UInt8]? {
        var piece: [UInt8] = []
        piece.reserveCapacity(Self.pieceSize)
        while piece.count < Self.pieceSize {
            let room = Self.pieceSize - piece.count
            if !headers.isEmpty {
                piece += headers.prefix(room)
                headers = headers.dropFirst(room)
            } else if file != nil {
                piece += try readFile(room)
            } else if let line = try await nextLine() {
                try take(line)
            } else {
                break
            }
        }
        return piece.isEmpty ? nil : piece
    }

    private func take(_ line: ArraySlice<UInt8>) throws {
        guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line)) else {
            throw Unreadable()
        }
        switch entry.type {
        case 1:
            guard let size = entry.size, size > 0 else { return }
            guard
                let name = entry.name_raw.map({ [UInt8]($0) }) ?? entry.name.map({ Array($0.utf8) })
            else { throw Unreadable() }
            file = (try open(name), size)
        case 2: headers = [UInt8](entry.payload ?? Data())[...]
        default: throw Unreadable()
        }
    }

    private func open(_ name: [UInt8]) throws -> FileDescriptor {
        var path = name[...]
        while path.first == UInt8(ascii: "/") || path.starts(with: Array("./".utf8)) {
            path = path.dropFirst()
        }
        guard !path.isEmpty, !path.contains(0) else { throw Unreadable() }
        let opened = (path + [0]).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer {
            cn_open_beneath(folder.rawValue, $0.baseAddress)
        }
        guard opened >= 0 else { throw Unreadable() }
        return FileDescriptor(rawValue: opened)
    }

    private func readFile(_ room: Int) throws -> [UInt8] {
        guard var open = file else { return [] }
        let wanted = min(Int(open.left), room, Self.fileReadSize)
        let content = try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            count = try open.descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard !content.isEmpty else { throw Unreadable() }
        open.left -= Int64(content.count)
        if open.left == 0 {
            file = nil
            try open.descriptor.close()
        } else {
            file = open
        }
        return content
    }

    private func nextLine() async throws -> ArraySlice<UInt8>? {
        while true {
            if let end = text[position...].firstIndex(of: 0x0a) {
                defer { position = end + 1 }
                return text[position..<end]
            }
            guard text.count - position <= Self.lineLimit else { throw Unreadable() }
            guard let more = try await splits.read() else {
                defer { position = text.count }
                return position == text.count ? nil : text[position...]
            }
            text.removeFirst(position)
            position = 0
            text += more
        }
    }
}
