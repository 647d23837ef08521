public import OCIRegistry
import SystemPackage

/// A manifest as the store has it, open for reading.
///
/// Its file starts with a line that holds the media type, since a document need not name its own.
public struct StoredManifest: ~Copyable {
    /// The digest that it was stored under.
    public let digest: Digest
    /// The type that it was pushed with.
    public let mediaType: MediaType
    /// Bytes, without the first line.
    public let size: Int64
    /// When it was pushed last, in seconds since 1970.
    public let pushed: Int64
    private let offset: Int64
    private let file: StoreFile

    /// Media types are shorter than this.
    private static let lineLimit = 256

    init(_ digest: Digest, _ file: consuming StoreFile) throws(StoreError) {
        let status = try file.status()
        let start = try file.read(at: 0, count: Self.lineLimit)
        guard let end = start.firstIndex(of: UInt8(ascii: "\n")) else {
            throw StoreError.damaged(file.path)
        }
        self.digest = digest
        mediaType = MediaType(rawValue: String(decoding: start[..<end], as: UTF8.self))
        offset = Int64(end) + 1
        size = status.size - offset
        pushed = status.modified
        self.file = file
    }

    /// The bytes, exactly as pushed.
    public func bytes() throws(StoreError) -> [UInt8] {
        try file.read(at: offset, count: Int(size))
    }

    /// What it says; nil when it is not as its digest and type say.
    func understood() throws(StoreError) -> Manifest? {
        let bytes = try self.bytes()
        let manifest = try? Manifest(
            bytes: bytes, declared: mediaType, algorithm: digest.algorithm)
        return manifest?.digest == digest ? manifest : nil
    }

    /// What stands in a file for a manifest.
    static func content(_ mediaType: String, _ bytes: [UInt8]) -> [UInt8] {
        Array("\(mediaType)\n".utf8) + bytes
    }
}
