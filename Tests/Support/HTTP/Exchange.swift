import Foundation

/// One request and its reply, in the hands of the handler on the connection's thread.
final class Exchange {
    let head: RequestHead
    private let connection: Connection
    private var isBodyRead = false
    /// Whether the next request may follow on this connection.
    private(set) var keepsAlive: Bool
    /// The size of the body as far as it was read.
    private(set) var received = 0

    init(head: RequestHead, connection: Connection) {
        self.head = head
        self.connection = connection
        keepsAlive = !head.wantsClose
    }

    /// Counts the server's connections from 1.
    var connectionNumber: Int { connection.number }

    /// Slows the bodies of this exchange down.
    func throttle(bytesPerSecond: Int?) { connection.bytesPerSecond = bytesPerSecond }

    /// The request's body; asks for it first where the client waits for `100 Continue`.
    func readBody(limit: Int = .max) throws -> [UInt8] {
        if head.expectsContinue { try connection.write("HTTP/1.1 100 Continue\r\n\r\n") }
        var body: [UInt8] = []
        defer { received = body.count }
        isBodyRead = try connection.readBody(of: head, into: &body, limit: limit)
        return body
    }

    /// Sends a reply. With `cutAfter`, stops after that many bytes of its body and hangs up.
    func send(_ response: Response, cutAfter: Int? = nil) throws {
        if !isBodyRead { try skipSmallBody() }
        var headers = response.headers
        if headers["Content-Length"] == nil, headers["Transfer-Encoding"] == nil,
            response.status != 204, response.status >= 200
        {
            headers["Content-Length"] = String(response.body.count)
        }
        if !keepsAlive { headers["Connection"] = "close" }
        let lines = headers.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = "HTTP/1.1 \(response.status) \(reason(response.status))\r\n\(lines)\r\n"
        try connection.write(head)
        if self.head.method != "HEAD", response.status != 204 {
            try connection.write(response.body.prefix(cutAfter ?? .max))
        }
        if cutAfter != nil { keepsAlive = false }
        if !isBodyRead { connection.closeLingering() }
    }

    /// Answers CONNECT: carries bytes to and from a port of 127.0.0.1 until both sides are done.
    func tunnel(to port: Int) throws {
        let upstream = try Socket.connected(to: port)
        let client = connection.socket
        keepsAlive = false
        try connection.write("HTTP/1.1 200 Connection established\r\n\r\n")
        let isDone = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            upstream.copyAll(to: client)
            isDone.signal()
        }
        client.copyAll(to: upstream)
        isDone.wait()
        upstream.close()
    }

    /// Breaks the connection off, as a crashed proxy or a firewall would.
    func reset() {
        connection.socket.resetOnClose()
        keepsAlive = false
    }

    /// A reply before the body's end: reads what little is left, or gives the connection up.
    private func skipSmallBody() throws {
        let isSmall = !head.isChunked && (head.contentLength ?? 0) <= 1 << 18
        if isSmall, !head.expectsContinue {
            _ = try readBody()
        } else {
            keepsAlive = false
        }
    }

    private func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 401: "Unauthorized"
        case 404: "Not Found"
        default: "Status"
        }
    }
}
