import Foundation
import Glibc
import TestSupport

/// A connection whose every byte is the test's own. Its calls block, so it lives on a thread.
final class RawConnection {
    private let descriptor: Int32
    /// How long a call waits for the server, in seconds.
    private static let patience = 30

    /// Runs `body` with a connection to a port of this machine.
    static func with<R: Sendable>(
        _ port: Int, body: @escaping @Sendable (RawConnection) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try body(RawConnection(port)) })
            }
        }
    }

    /// Sends this and gives what comes until the end of the connection.
    static func ask(_ port: Int, _ text: String...) async throws -> String {
        try await with(port) { connection in
            for text in text { connection.send(text) }
            return try connection.readToEnd()
        }
    }

    /// A connection for a caller that may wait.
    static func connected(_ port: Int) throws -> RawConnection { try RawConnection(port) }

    private init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var time = timeval(tv_sec: Self.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        let result = withUnsafeBytes(of: &address) { raw in
            connect(
                descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(raw.count))
        }
        guard result == 0 else { throw SupportError("cannot connect to \(port)") }
    }

    deinit { close(descriptor) }

    /// Sends all of it; false when the server does not take it.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends all of it; false when the server does not take it.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// What comes next, of at most so many bytes; empty at the end. Throws when the connection is reset
    /// or nothing comes.
    func read(_ limit: Int = 64 << 10) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &buffer, limit, 0)
        guard count >= 0 else { throw SupportError("read: \(String(cString: strerror(errno)))") }
        return Array(buffer[..<count])
    }

    func readToEnd() throws -> String {
        var all: [UInt8] = []
        while true {
            let piece = try read()
            if piece.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += piece
        }
    }

    /// Reads until this text has come, and gives all that came.
    func read(until text: String) throws -> String {
        var all = ""
        while !all.contains(text) {
            let piece = try read()
            guard !piece.isEmpty else { throw SupportError("it ended before '\(text)': \(all)") }
            all += String(decoding: piece, as: UTF8.self)
        }
        return all
    }
}
