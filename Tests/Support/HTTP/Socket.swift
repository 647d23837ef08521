import Glibc

/// A TCP socket on the loopback interface, or a unix socket. Its owner closes it once.
struct Socket: Sendable {
    let descriptor: Int32

    /// Listens on a port of 127.0.0.1; 0 lets the system choose one.
    static func listening(port: Int = 0) throws -> Socket {
        let socket = try unconnected()
        socket.set(SO_REUSEADDR, level: SOL_SOCKET, to: 1)
        let bound = withLoopback(port) { bind(socket.descriptor, $0, $1) }
        guard bound == 0, listen(socket.descriptor, 128) == 0 else {
            let error = SupportError(call: "listen on 127.0.0.1:\(port)")
            socket.close()
            throw error
        }
        return socket
    }

    /// Listens on a unix socket that it makes at a path of at most 107 bytes.
    static func listening(path: String) throws -> Socket {
        let socket = try unconnected(AF_UNIX)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        let bound = withUnsafeBytes(of: &address) { raw in
            bind(
                socket.descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(raw.count))
        }
        guard fits, bound == 0, listen(socket.descriptor, 128) == 0 else {
            let error = SupportError(call: "listen on \(path)")
            socket.close()
            throw error
        }
        return socket
    }

    /// Connects to a port of 127.0.0.1.
    static func connected(to port: Int) throws -> Socket {
        let socket = try unconnected()
        guard withLoopback(port, { connect(socket.descriptor, $0, $1) }) == 0 else {
            let error = SupportError(call: "connect to 127.0.0.1:\(port)")
            socket.close()
            throw error
        }
        return socket
    }

    /// Whether something listens on a port of 127.0.0.1.
    static func canConnect(to port: Int) -> Bool {
        guard let socket = try? connected(to: port) else { return false }
        socket.close()
        return true
    }

    /// The local port, or 0 if the socket has none.
    var port: Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutableBytes(of: &address) { raw in
            getsockname(
                descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// The next connection, or nil when the socket was shut down.
    func accept() -> Socket? {
        while true {
            let accepted = Glibc.accept(descriptor, nil, nil)
            if accepted >= 0 {
                _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
                let socket = Socket(descriptor: accepted)
                socket.set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: 1)
                return socket
            }
            guard errno != EINVAL, errno != EBADF else { return nil }
            usleep(1000)  // too many open files, or a client that has already gone
        }
    }

    /// Reads what is there, at most the buffer; 0 when the peer is done or gone.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            guard errno == EINTR else { return 0 }
        }
    }

    /// Sends everything; false when the peer is gone.
    func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.send(
                descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Passes everything on to another socket until its peer is done or either is gone.
    func copyAll(to other: Socket) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { receive(into: $0) }
            guard count > 0 else { return other.finishSending() }
            let sent = buffer.withUnsafeBytes {
                other.send(UnsafeRawBufferPointer(rebasing: $0.prefix(count)))
            }
            guard sent else { return shutDown() }
        }
    }

    /// Wakes whoever reads from or accepts on the socket.
    func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Says that nothing more will be sent.
    func finishSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the coming `close` reset the connection instead of ending it in order.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Bounds how long `receive` waits.
    func setReceiveTimeout(seconds: Int) {
        var option = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &option, socklen_t(MemoryLayout<timeval>.size))
    }

    func close() { _ = Glibc.close(descriptor) }

    private static func unconnected(_ family: Int32 = AF_INET) throws -> Socket {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = Socket(descriptor: Glibc.socket(family, type, 0))
        guard socket.descriptor >= 0 else { throw SupportError(call: "socket") }
        return socket
    }

    private static func withLoopback<Result>(
        _ port: Int, _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafeBytes(of: &address) { raw in
            body(raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
        }
    }

    private func set(_ option: Int32, level: Int32, to value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// A loopback TCP port that nothing listened on a moment ago.
public func freePort() throws -> Int {
    let socket = try Socket.listening()
    defer { socket.close() }
    return socket.port
}
