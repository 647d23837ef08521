public import HTTPTypes

/// Something that goes wrong with certain requests, a certain number of times.
public struct Fault: Sendable {
    /// As ``times``: every request that fits.
    public static let always = Int.max

    /// The requests that it is for.
    public var pattern: RequestPattern
    /// How many fitting requests to let through first.
    public var skip: Int
    /// How many requests to spoil after those.
    public var times: Int
    /// What goes wrong.
    public var action: Action

    /// A fault for the requests that fit the pattern, such as `PUT /v2/**/manifests/*`.
    public init(on pattern: RequestPattern, skip: Int = 0, times: Int = 1, _ action: Action) {
        self.pattern = pattern
        self.skip = skip
        self.times = times
        self.action = action
    }

    /// What goes wrong. Offsets and counts are in bytes of a body, as sent or received.
    ///
    /// What cannot happen, because the body is too short or there is none, has not fired and is
    /// kept for the next request.
    public enum Action: Sendable {
        /// Reads the request's body, does nothing, replies this.
        case status(HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = [])
        /// Replies this without waiting for the request's body, then hangs up.
        case refuse(HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = [])
        /// Waits before it goes on normally.
        case delay(Duration)
        /// Resets the connection after so many bytes of the request's body, which the handler
        /// sees end with ``ConnectionDropped``; 0 is before the request is handled at all.
        case dropAfterReceiving(Int)
        /// Does the work, then hangs up after so many bytes of the reply's body; 0 is after the
        /// reply's head. An error's reply is let through.
        case dropAfterSending(Int)
        /// Does the work, then ends the reply's body early, in order, and closes the connection.
        /// `Content-Length` stays as it was. An error's reply is let through.
        case truncate(Int)
        /// Flips a bit of this byte of the request's body before the handler sees it.
        case corruptRequest(at: Int)
        /// Flips a bit of this byte of the reply's body. An error's reply is let through.
        case corruptReply(at: Int)
        /// Replaces the reply's body; its headers stay, apart from `Content-Length`.
        case replaceBody([UInt8])
        /// Sets headers of the reply; nil removes one.
        case rewriteHeaders([HTTPField.Name: String?])
        /// Does the work, then resets the connection without a reply. An error's reply, with
        /// which nothing was done, is let through.
        case loseReply
        /// Forgets all tokens, this request's included, then goes on normally.
        case expireTokens
        /// Takes and sends bodies at this pace.
        case throttle(bytesPerSecond: Int)
        /// Calls the test with the request's head, then goes on normally.
        case call(@Sendable (HTTPRequest) -> Void)
    }
}

/// The connection was closed on purpose: whoever gets this must not answer.
public struct ConnectionDropped: Error, Sendable {
    /// The one value that there is.
    public init() {}
}

extension Fault: CustomStringConvertible {
    /// The request and the action in the words of a faults file, on one line.
    public var description: String { "\(pattern): \(action)" }
}

extension Fault.Action: CustomStringConvertible {
    /// The action in the words of a faults file; of bodies only the size.
    public var description: String {
        switch self {
        case .status(let status, _, _): "status \(status.code)"
        case .refuse(let status, _, _): "refuse \(status.code)"
        case .delay(let duration): "delay \(duration)"
        case .dropAfterReceiving(let count): "drop-after-receiving \(count)"
        case .dropAfterSending(let count): "drop-after-sending \(count)"
        case .truncate(let count): "truncate \(count)"
        case .corruptRequest(let offset): "corrupt-request \(offset)"
        case .corruptReply(let offset): "corrupt \(offset)"
        case .replaceBody(let body): "replace-body (\(body.count) bytes)"
        case .rewriteHeaders(let headers):
            "rewrite-headers \(headers.keys.map(\.rawName).sorted().joined(separator: ", "))"
        case .loseReply: "lose-reply"
        case .expireTokens: "expire-tokens"
        case .throttle(let pace): "throttle \(pace) bytes a second"
        case .call: "call"
        }
    }
}
