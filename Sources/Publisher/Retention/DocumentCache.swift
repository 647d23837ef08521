import FoundationEssentials
import Glibc
import OCIRegistry

/// Manifests and image configurations by their digests, in a folder that can be deleted at any time. What
/// is read is hashed again; what does not have its digest is not there. ``TagMemory`` is kept beside them.
struct DocumentCache: Sendable {
    /// A document and the type under which it is stored.
    struct Document: Sendable {
        var bytes: [UInt8]
        var type: MediaType
    }

    /// Bytes above which a document is not kept.
    private static let limit = 1 << 20
    private let folder: String?

    /// A cache in a folder, by default `publisher/documents` in the user's cache; one that keeps nothing
    /// where there is no such place.
    init(folder: String?, environment: [String: String]) {
        func named(_ variable: String) -> String? {
            environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let usual = named("XDG_CACHE_HOME") ?? named("HOME").map { "\($0)/.cache" }
        self.folder = folder ?? usual.map { "\($0)/publisher/documents" }
    }

    /// The document of a digest; nil where it is not there.
    func document(_ digest: Digest) -> Document? {
        guard let path = path(digest),
            let bytes = try? LocalFile.read(path, limit: Self.limit + 512)?.bytes,
            let end = bytes.firstIndex(of: 0x0a)
        else { return nil }
        let content = Array(bytes[(end + 1)...])
        guard SHA2.digest(of: content, digest.algorithm) == digest else {
            unlink(path)
            return nil
        }
        let type = MediaType(rawValue: String(decoding: bytes[..<end], as: UTF8.self))
        return Document(bytes: content, type: type)
    }

    /// Keeps a document; where that cannot be done, it is fetched again another time.
    func keep(_ document: Document, as digest: Digest) {
        guard let path = path(digest), document.bytes.count <= Self.limit else { return }
        try? LocalFile.replace(
            path, with: Array("\(document.type)\n".utf8) + document.bytes, isSynced: false)
    }

    /// Where it is remembered what a repository's tags name; nil where there is no such place.
    func memory(of reference: Reference) -> String? {
        let name = SHA2.digest(of: Array("\(reference.host)/\(reference.repository)".utf8)).hex
        return folder.map { "\($0)/tags/\(name)" }
    }

    private func path(_ digest: Digest) -> String? {
        folder.map { "\($0)/\(digest.algorithm.rawValue)/\(digest.hex.prefix(2))/\(digest.hex)" }
    }
}
