import Foundation
import Synchronization

/// A small HTTP/1.1 server on a loopback port or a unix socket, one thread a connection.
final class HTTPServer: Sendable {
    typealias Handler = @Sendable (Exchange) throws -> Void

    /// The port; 0 for a unix socket.
    let port: Int
    private let listener: Socket
    private let connections = OpenConnections()

    /// Serves on a free port.
    convenience init(handler: @escaping Handler) throws {
        self.init(listener: try Socket.listening(), handler: handler)
    }

    /// Serves on a unix socket that it makes at this path.
    convenience init(unixSocket path: String, handler: @escaping Handler) throws {
        self.init(listener: try Socket.listening(path: path), handler: handler)
    }

    private init(listener: Socket, handler: @escaping Handler) {
        self.listener = listener
        port = listener.port
        let connections = connections
        Thread.detachNewThread {
            while let socket = listener.accept() {
                guard let number = connections.add(socket) else {
                    socket.close()
                    break
                }
                Thread.detachNewThread {
                    Self.serve(Connection(socket: socket, number: number), handler)
                    connections.remove(socket)
                }
            }
            listener.close()
        }
    }

    deinit { stop() }

    /// Hangs up on everyone; from here on connecting is refused.
    func stop() {
        guard connections.stop() else { return }
        listener.shutDown()
    }

    private static func serve(_ connection: Connection, _ handler: Handler) {
        while let head = try? connection.readHead() {
            let exchange = Exchange(head: head, connection: connection)
            connection.bytesPerSecond = nil
            guard (try? handler(exchange)) != nil, exchange.keepsAlive else { return }
        }
    }
}

/// The sockets that a server has open, so that stopping can hang up on them.
private final class OpenConnections: Sendable {
    private struct State {
        var sockets: [Int32: Socket] = [:]
        var count = 0
        var isStopped = false
    }

    private let state = Mutex(State())

    /// The connection's number, or nil when the server has stopped.
    func add(_ socket: Socket) -> Int? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            state.sockets[socket.descriptor] = socket
            state.count += 1
            return state.count
        }
    }

    func remove(_ socket: Socket) {
        state.withLock { state in
            state.sockets[socket.descriptor] = nil
            socket.close()
        }
    }

    /// False when it had stopped before.
    func stop() -> Bool {
        state.withLock { state in
            guard !state.isStopped else { return false }
            state.isStopped = true
            for socket in state.sockets.values { socket.shutDown() }
            return true
        }
    }
}
