import HummingbirdCore
import NIOCore
import OCIRegistry

/// A request's body on its way into an upload session, piece by piece.
enum BlobReception {
    /// Bytes gathered before a thread hashes and writes them.
    private static let pieceSize = 256 << 10

    /// Moves the body into the session. What came before a connection broke stays in it.
    static func receive(
        _ body: RequestBody, into writer: UploadWriter, disk: DiskPool
    ) async throws {
        var parts: [ByteBuffer] = []
        var count = 0
        func store() async throws {
            guard count > 0 else { return }
            let full = parts
            parts = []
            count = 0
            try await disk.run {
                for part in full {
                    try part.withUnsafeReadableBytes { try writer.append($0) }
                }
            }
        }
        do {
            for try await part in body {
                parts.append(part)
                count += part.readableBytes
                if count >= pieceSize { try await store() }
            }
        } catch let error where !(error is StoreError) {
            try await store()
            throw error
        }
        try await store()
    }
}
