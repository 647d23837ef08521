import NIOCore
import NIOHTTPTypes
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Channel {
    /// Breaks the connection off with a TCP reset, as a crashed proxy or a firewall would.
    func reset() async {
        let socket = self as? any SocketOptionProvider
        try? await socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try? await eventLoop.flatSubmit { self.closeBelowTLS() }.get()
    }

    /// Sends what was written, then ends the connection without any word of HTTP or TLS.
    func hangUp() async {
        try? await flushAll()
        try? await eventLoop.flatSubmit { self.closeBelowTLS() }.get()
    }

    /// Waits until everything that was written is with the operating system, which a close does
    /// not do.
    func flushAll() async throws {
        try await eventLoop.flatSubmit {
            // TLS answers for an empty write at once, so it is asked of what lies below.
            if let tls = self.tls { return tls.writeAndFlush(NIOAny(ByteBuffer())) }
            return self.writeAndFlush(HTTPResponsePart.body(ByteBuffer()))
        }.get()
    }

    /// Without the TLS handler's good-byes, for which it waits.
    private func closeBelowTLS() -> EventLoopFuture<Void> { tls?.close() ?? close() }

    private var tls: ChannelHandlerContext? {
        try? pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
    }
}
