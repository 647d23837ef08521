import Synchronization

/// An HTTP proxy that takes CONNECT for hosts of its own, on a free loopback port.
public final class ConnectProxy: Sendable {
    /// For `HTTPS_PROXY`.
    public let address: String
    private let server: HTTPServer
    private let asked: Asked

    /// A proxy that leads each of these hosts (`NAME:PORT`) to a port of 127.0.0.1 and refuses
    /// others with 403.
    public init(hosts: [String: Int]) throws {
        let asked = Asked()
        self.asked = asked
        server = try HTTPServer { exchange in
            let target = exchange.head.target
            asked.targets.withLock { $0.append("\(exchange.head.method) \(target)") }
            guard exchange.head.method == "CONNECT", let port = hosts[target] else {
                return try exchange.send(Response(403))
            }
            try exchange.tunnel(to: port)
        }
        address = "http://127.0.0.1:\(server.port)"
    }

    deinit { server.stop() }

    /// The requests so far: `CONNECT NAME:PORT`.
    public var requests: [String] { asked.targets.withLock { $0 } }
}

private final class Asked: Sendable {
    let targets = Mutex<[String]>([])
}
