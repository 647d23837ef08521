import HTTPTypes
import NIOCore
import NIOHTTPTypes
import OCIRegistry

/// What a connection has seen and what is due, as a value: who is waited for, whether an answer is
/// the last one, and when to give up.
struct ConnectionState {
    /// How long a client may leave a connection without any progress.
    let idleTimeout: TimeAmount

    /// An unread body up to this size is read away, and the connection goes on after it.
    private static let drainLimit: Int64 = 1 << 20
    /// After the last answer, what a client still sends is read for so long,
    private static let lingerTime = TimeAmount.seconds(30)
    /// for so long when nothing comes,
    private static let lingerPause = TimeAmount.seconds(2)
    /// and up to so many bytes.
    private static let lingerLimit: Int64 = 256 << 20

    /// Requests that have begun and whose answers have not ended.
    private(set) var open = 0
    /// Whether nothing comes after the answer that is under way.
    private(set) var isClosing = false
    /// Whether the last answer is out.
    private(set) var isLingering = false
    /// Whether the server is told to stop.
    private(set) var isStopping = false
    /// The newest request, until it has ended.
    private var incoming: Incoming?
    private var wasLast = false
    private var isBroken = false
    private var isReading = false
    private var writes = 0
    private var progress: NIODeadline
    private var lingered: Int64 = 0
    private var lingerEnd = NIODeadline.distantFuture

    private struct Incoming {
        /// What is to come of its body; nil where it does not say.
        var rest: Int64?
        /// Whether the body comes only when asked for. RFC 9110, section 10.1.1.
        var waits: Bool
    }

    init(idleTimeout: TimeAmount, now: NIODeadline) {
        self.idleTimeout = idleTimeout
        progress = now
    }

    mutating func received(_ part: HTTPRequestPart, _ now: NIODeadline) {
        progress = now
        switch part {
        case .head(let head):
            open += 1
            let length = head.headerFields[.contentLength]
            let isCut = head.headerFields[.transferEncoding] != nil
            incoming = Incoming(
                rest: isCut ? nil : length.map { Int64($0) ?? .max } ?? 0,
                waits: head.headerFields[.expect]?.lowercased() == "100-continue")
            wasLast = Self.closes(head.headerFields)
        case .body(let bytes):
            let count = Int64(bytes.readableBytes)
            incoming?.rest? -= count
            incoming?.waits = false
            if isLingering { lingered += count }
        case .end: incoming = nil
        }
    }

    /// The bytes that come are no HTTP.
    mutating func breakOff() { isBroken = true }

    mutating func stop() { isStopping = true }

    /// The head of an answer as it is to go out: the last one says that it is.
    mutating func answering(_ head: HTTPResponse) -> HTTPResponse {
        guard head.status.kind != .informational else {
            incoming?.waits = false
            return head
        }
        // What stands before another request has been read to its end.
        let isNewest = open <= 1
        isClosing =
            isClosing || isBroken || isStopping || Self.closes(head.headerFields)
            || isNewest && (wasLast || isUnread)
        guard isClosing else { return head }
        var head = head
        head.headerFields[.connection] = "close"
        return head
    }

    private var isUnread: Bool {
        guard let incoming else { return false }
        return incoming.waits || (incoming.rest ?? .max) > Self.drainLimit
    }

    /// An answer has ended.
    mutating func answered(_ now: NIODeadline) {
        open = max(0, open - 1)
        progress = now
    }

    /// The last answer is out. False when nothing more can come, so that there is nothing to linger for.
    mutating func linger(_ now: NIODeadline) -> Bool {
        guard !isStopping || incoming != nil else { return false }
        isLingering = true
        progress = now
        lingerEnd = now + Self.lingerTime
        return true
    }

    /// Whether a client that was told to go has sent enough.
    var hasLingered: Bool { lingered > Self.lingerLimit }

    mutating func readBegan(_ now: NIODeadline) {
        // Not between requests: fields that come byte by byte are no progress.
        if !isReading, incoming != nil { progress = now }
        isReading = true
    }

    mutating func readEnded() { isReading = false }

    mutating func writeBegan() { writes += 1 }

    mutating func writeEnded(_ now: NIODeadline) {
        writes -= 1
        progress = now
    }

    /// Looks at the clock: when to look again, or nil where the client has had its time.
    mutating func expire(_ now: NIODeadline) -> NIODeadline? {
        if isLingering {
            let end = min(progress + Self.lingerPause, lingerEnd)
            return now < end ? end : nil
        }
        if now < progress + idleTimeout { return progress + idleTimeout }
        guard !waitsForClient else { return nil }
        progress = now
        return now + idleTimeout
    }

    /// Whether it is the client that has to do something: take bytes, end its request or begin one.
    private var waitsForClient: Bool {
        writes > 0 || isReading && (incoming != nil || open == 0)
    }

    private static func closes(_ fields: HTTPFields) -> Bool {
        fields[values: .connection].contains { value in
            value.lowercased().split(separator: ",").contains { $0.filter { $0 != " " } == "close" }
        }
    }
}
