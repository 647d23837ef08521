import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// A body that the client sends when it is told to, which it is when somebody wants to read it: a
/// request that is refused before costs no more than its head. RFC 9110, section 10.1.1.
struct AwaitedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    let channel: any Channel

    func makeAsyncIterator() -> Iterator {
        Iterator(pieces: body.makeAsyncIterator(), channel: channel)
    }

    struct Iterator: AsyncIteratorProtocol {
        var pieces: RequestBody.AsyncIterator
        /// Nil once the client was told.
        var channel: (any Channel)?

        mutating func next() async throws -> ByteBuffer? {
            if let channel {
                self.channel = nil
                try await channel.writeAndFlush(HTTPResponsePart.head(.init(status: .continue)))
            }
            return try await pieces.next()
        }
    }
}

extension Request {
    /// This request with its body asked for when it is wanted, if its client waits for that.
    func awaited(on channel: any Channel) -> Request {
        guard headers[.expect]?.lowercased() == "100-continue" else { return self }
        var request = self
        request.body = RequestBody(asyncSequence: AwaitedBody(body: body, channel: channel))
        return request
    }
}
