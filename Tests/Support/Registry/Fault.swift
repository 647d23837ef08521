/// Something that goes wrong with certain requests, a certain number of times.
public struct Fault: Sendable {
    /// What goes wrong.
    public enum Action: Sendable {
        /// Reads the request, does nothing, replies this.
        case status(Int, headers: HeaderFields = [:], body: [UInt8] = [])
        /// Replies this without waiting for the request's body, then hangs up.
        case refuse(Int, headers: HeaderFields = [:], body: [UInt8] = [])
        /// Waits so many seconds before it goes on normally.
        case delay(Double)
        /// Resets the connection after so many bytes of the request's body.
        case dropAfterReceiving(Int)
        /// Does the work, then hangs up after so many bytes of the reply's body.
        case dropAfterSending(Int)
        /// Does the work, then resets the connection without a reply.
        case loseReply
        /// Flips a bit in the middle of the reply's body.
        case corruptResponse
        /// Replaces the reply's body; its headers stay, apart from `Content-Length`.
        case replaceBody([UInt8])
        /// Sets a header of the reply; nil removes it.
        case rewriteHeader(String, String?)
        /// Forgets all tokens, this request's included.
        case expireTokens
        /// Sends and takes bodies at this pace.
        case throttle(bytesPerSecond: Int)
        /// Calls the test when the request's head is in, then goes on normally.
        case call(@Sendable (LoggedRequest) -> Void)
    }

    /// What goes wrong.
    public var action: Action
    /// The method that a request must have; nil is any.
    public var method: String?
    /// Text that the path must contain; nil is any.
    public var pathContains: String?
    /// Text that the query must contain; nil is any.
    public var queryContains: String?
    /// How many matching requests to let through first.
    public var skip: Int
    /// How many requests to spoil after those.
    public var times: Int

    /// A fault for the requests that fit every condition.
    public init(
        method: String? = nil, pathContains: String? = nil, queryContains: String? = nil,
        skip: Int = 0, times: Int = 1, _ action: Action
    ) {
        self.action = action
        self.method = method
        self.pathContains = pathContains
        self.queryContains = queryContains
        self.skip = skip
        self.times = times
    }

    func matches(_ request: LoggedRequest) -> Bool {
        (method.map { $0 == request.method } ?? true)
            && (pathContains.map { request.path.contains($0) } ?? true)
            && (queryContains.map { request.query.contains($0) } ?? true)
    }
}

/// A fault that happened, and to which request.
public struct FiredFault: Sendable {
    /// The fault as it was injected.
    public let fault: Fault
    /// The request as it was when the fault struck.
    public let request: LoggedRequest
}

/// The injected faults, used up in the order of injection; one at most strikes a request.
struct FaultPlan: Sendable {
    private var waiting: [(original: Fault, left: Fault)] = []
    private(set) var fired: [FiredFault] = []

    mutating func add(_ fault: Fault) { waiting.append((fault, fault)) }

    mutating func clear() { waiting = [] }

    /// The action for this request, if any.
    mutating func strike(_ request: LoggedRequest) -> Fault.Action? {
        for index in waiting.indices where waiting[index].left.matches(request) {
            if waiting[index].left.skip > 0 {
                waiting[index].left.skip -= 1
            } else if waiting[index].left.times > 0 {
                waiting[index].left.times -= 1
                fired.append(FiredFault(fault: waiting[index].original, request: request))
                return waiting[index].left.action
            }
        }
        return nil
    }
}
