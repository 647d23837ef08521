/// Keeps the JSON documents that pass by in a streamed archive, since what names them often comes
/// after them. What is not kept, for want of room, takes another pass to get.
struct DocumentKeeper {
    /// The largest document that is looked at, in bytes.
    static let documentLimit = Manifest.sizeLimit
    /// The most that is kept, in bytes.
    static let totalLimit = 64 << 20

    /// The documents by name.
    private(set) var kept: [String: [UInt8]] = [:]
    private var total = 0

    /// The member's content where it looks like a JSON document, nil for anything else; what was
    /// read is lost.
    func read(_ entry: TarEntry, of archive: TarStream) async throws -> [UInt8]? {
        guard entry.kind == .file, (1...Int64(Self.documentLimit)).contains(entry.size) else {
            return nil
        }
        let content = await archive.content()
        var bytes = try await content.read() ?? []
        guard let first = bytes.first(where: { ![0x20, 0x0a, 0x0d, 0x09].contains($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        while let piece = try await content.read() { bytes += piece }
        return bytes
    }

    /// Keeps a document if there is room.
    mutating func keep(_ bytes: [UInt8], as name: String) {
        guard total + bytes.count <= Self.totalLimit else { return }
        total += bytes.count
        kept[name] = bytes
    }
}
