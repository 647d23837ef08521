import HTTPTypes
import HummingbirdCore
import NIOCore

/// A request's body as a fault lets the handler see it.
struct FilteredBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    let filter: any BodyFilter

    func makeAsyncIterator() -> Iterator {
        Iterator(pieces: body.makeAsyncIterator(), filter: filter)
    }

    struct Iterator: AsyncIteratorProtocol {
        var pieces: RequestBody.AsyncIterator
        var filter: any BodyFilter
        private var rest = ByteBuffer()

        init(pieces: RequestBody.AsyncIterator, filter: any BodyFilter) {
            self.pieces = pieces
            self.filter = filter
        }

        mutating func next() async throws -> ByteBuffer? {
            try filter.check()
            while rest.readableBytes == 0 {
                guard let piece = try await pieces.next() else {
                    filter.end()
                    return nil
                }
                rest = piece
            }
            return try await filter.take(from: &rest)
        }
    }
}

/// Sends a reply's body as a fault lets the client see it.
struct FilteredWriter: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    var filter: any BodyFilter

    mutating func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while rest.readableBytes > 0 {
            try filter.check()
            try await writer.write(filter.take(from: &rest))
        }
        try filter.check()
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try filter.check()
        filter.end()
        try await writer.finish(trailingHeaders)
    }
}

extension Request {
    /// This request with its body behind a filter.
    func filtered(_ filter: any BodyFilter) -> Request {
        var request = self
        request.body = RequestBody(asyncSequence: FilteredBody(body: body, filter: filter))
        return request
    }
}

extension Response {
    /// This reply with its body behind a filter; where the filter breaks the body off, `afterCut`
    /// ends the connection, with the same writer.
    func filtered(
        _ filter: any BodyFilter,
        afterCut: @escaping @Sendable (any ResponseBodyWriter) async throws -> Void = { _ in }
    ) -> Response {
        let original = body
        let body = ResponseBody(contentLength: original.contentLength) { writer in
            let root = writer
            do {
                try await original.write(FilteredWriter(writer: root, filter: filter))
            } catch let error as ConnectionDropped {
                try? await afterCut(root)
                throw error
            }
        }
        return Response(status: status, headers: headers, body: body)
    }
}
