import Synchronization

/// An HTTP proxy that takes CONNECT for hosts of its own, on a free loopback port.
public final class ConnectProxy: Sendable {
    /// For `HTTPS_PROXY`.
    public let address: String
    private let server: HTTPServer
    private let asked: Asked

    /// A proxy that leads each of these hosts (`NAME:PORT`) to a port of 127.0.0.1 and refuses
    /// others with 403. Where it has an account, it asks for it with 407.
    public init(hosts: [String: Int], account: (user: String, password: String)? = nil) throws {
        let wanted = account.map { basicAuthorization(user: $0.user, password: $0.password) }
        let asked = Asked()
        self.asked = asked
        server = try HTTPServer { exchange in
            let target = exchange.head.target
            asked.targets.withLock { $0.append("\(exchange.head.method) \(target)") }
            guard wanted == nil || exchange.head.headers["Proxy-Authorization"] == wanted else {
                let headers: HeaderFields = ["Proxy-Authenticate": "Basic realm=\"fixture\""]
                return try exchange.send(Response(407, headers: headers))
            }
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
