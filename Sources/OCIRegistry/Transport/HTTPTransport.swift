public import HTTPTypes

/// What carries requests to a server: one exchange, no policy. Authentication, redirects and
/// retries are the client's.
public protocol HTTPTransport: Sendable {
    /// Sends a request and returns the response, whatever its status.
    ///
    /// Throws ``OCIError``: unreachable when no connection could be made, temporary when one
    /// broke; bad data when the body is larger than the request allows; `CancellationError` when
    /// the task was cancelled; and what the request's body source throws.
    func send(_ request: TransportRequest) async throws -> TransportResponse
}

/// A request with its body and the bounds of its response.
public struct TransportRequest: Sendable {
    /// What to send as content. RFC 9110, section 6.4.
    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Streamed with `Content-Length` where the length is known, else chunked.
        case stream(any ByteReader, length: Int64?)
    }

    /// Where the response's content goes.
    public enum Delivery: Sendable {
        /// Into memory, at most so many bytes.
        case collect(limit: Int)
        /// To a reader when the status is 2xx; else into memory, at most ``errorLimit`` bytes.
        case stream
    }

    /// Bytes that are read of an error's body.
    public static let errorLimit = 64 << 10

    /// Method, scheme, authority, path and header fields.
    public var head: HTTPRequest
    /// The content.
    public var body: Body
    /// Where the response's content goes.
    public var delivery: Delivery

    /// Puts a request together.
    public init(
        _ head: HTTPRequest, body: Body = .none, delivery: Delivery = .collect(limit: errorLimit)
    ) {
        self.head = head
        self.body = body
        self.delivery = delivery
    }
}

/// A response: its head, and its content in memory or as a reader.
public struct TransportResponse: Sendable {
    /// Status and header fields.
    public var head: HTTPResponse
    /// The content where it was collected.
    public var body: [UInt8]
    /// The content where it is streamed.
    public var stream: (any ByteReader)?

    /// Puts a response together.
    public init(head: HTTPResponse, body: [UInt8] = [], stream: (any ByteReader)? = nil) {
        self.head = head
        self.body = body
        self.stream = stream
    }

    /// The status code.
    public var status: Int { head.status.code }
}
