import Synchronization

/// A request that a `ScriptedRegistry` has received, and how it ended.
public struct LoggedRequest: Sendable {
    /// The method, in capitals.
    public let method: String
    /// The decoded path.
    public let path: String
    /// The query as sent, without the question mark.
    public let query: String
    /// All header fields, `Authorization` included.
    public let headers: HeaderFields
    /// Counts the registry's connections from 1.
    public let connection: Int
    /// How much of the body arrived.
    public internal(set) var bodySize = 0
    /// The status that was sent; nil while under way, or when the client never got one.
    public internal(set) var status: Int?

    /// Whether the method can change the registry.
    public var isWrite: Bool {
        ["PUT", "POST", "PATCH", "DELETE"].contains(method) && path.hasPrefix("/v2/")
    }
}

/// The requests in the order in which their heads arrived.
final class RequestLog: Sendable {
    private let entries = Mutex<[LoggedRequest]>([])

    var all: [LoggedRequest] { entries.withLock { $0 } }

    /// Notes a request's head and gives its entry with the entry's position.
    func begin(_ exchange: Exchange) -> (index: Int, entry: LoggedRequest) {
        let head = exchange.head
        let entry = LoggedRequest(
            method: head.method, path: head.path, query: head.query, headers: head.headers,
            connection: exchange.connectionNumber)
        return entries.withLock { entries in
            entries.append(entry)
            return (entries.count - 1, entry)
        }
    }

    func note(_ index: Int, bodySize: Int, status: Int?) {
        entries.withLock { entries in
            guard entries.indices.contains(index) else { return }  // cleared meanwhile
            entries[index].bodySize = bodySize
            entries[index].status = status
        }
    }

    func clear() { entries.withLock { $0 = [] } }
}
