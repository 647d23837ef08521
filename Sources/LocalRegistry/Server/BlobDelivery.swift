import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry
import SystemPackage

/// A blob on its way out, piece by piece.
enum BlobDelivery {
    /// Bytes read from the disk at a time.
    private static let pieceSize = 256 << 10

    /// Answers GET and HEAD: all of the blob, or the bytes that `Range` asks for.
    static func response(
        _ blob: StoredBlob, _ digest: Digest, to exchange: Exchange, disk: DiskPool
    ) -> Response {
        var headers: HTTPFields = [
            .contentType: MediaType.octetStream.rawValue,
            .dockerContentDigest: digest.description,
            .eTag: "\"\(digest)\"",
            .acceptRanges: "bytes",
            .cacheControl: "max-age=31536000, immutable",
        ]
        // A part of what the client has the rest of, if it is that. RFC 9110, section 13.1.5.
        let isWanted = exchange.headers[.ifRange].map { $0 == headers[.eTag] } ?? true
        switch ByteRange(isWanted ? exchange.headers[.range] : nil, size: blob.size) {
        case .unsatisfiable:
            return .empty(.rangeNotSatisfiable, [.contentRange: "bytes */\(blob.size)"])
        case .whole:
            return Response(
                status: .ok, headers: headers, body: body(blob, 0..<blob.size, disk))
        case .part(let range):
            headers[.contentRange] =
                "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(blob.size)"
            return Response(
                status: .partialContent, headers: headers, body: body(blob, range, disk))
        }
    }

    static func body(
        _ blob: StoredBlob, _ range: Range<Int64>, _ disk: DiskPool
    ) -> ResponseBody {
        ResponseBody(contentLength: Int(range.count)) { writer in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let count = Int(min(Int64(pieceSize), range.upperBound - offset))
                let piece = try await piece(of: blob, at: offset, count: count, disk)
                // Shorter than when it was opened: the file was tampered with. Ending the connection
                // is the only honest answer once the length has been promised.
                guard piece.readableBytes > 0 else {
                    throw StoreError("read", "a blob to its end", .ioError)
                }
                offset += Int64(piece.readableBytes)
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
    }

    /// What the system has in memory is read at once; a thread waits for the rest.
    private static func piece(
        of blob: StoredBlob, at offset: Int64, count: Int, _ disk: DiskPool
    ) async throws -> ByteBuffer {
        if let piece = try blob.buffer(at: offset, count: count, waiting: false) { return piece }
        return try await disk.run {
            try blob.buffer(at: offset, count: count, waiting: true) ?? ByteBuffer()
        }
    }
}
