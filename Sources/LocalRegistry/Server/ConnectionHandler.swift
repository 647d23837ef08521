import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Decides how long a connection lives.
///
/// It ends when the client makes no progress for too long in either direction, when the server stops
/// and no request is under way, and after an answer that came before all of a long body did. Then the
/// client is told so and what it still sends is read for a while: closing on unread bytes would reset
/// the connection, and the answer would be lost with it. RFC 9112, section 9.6.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var state: ConnectionState
    private var timer: Scheduled<Void>?

    init(idleTimeout: Duration) {
        state = ConnectionState(idleTimeout: TimeAmount(idleTimeout), now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) { look(context) }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        state.received(unwrapInboundIn(data), .now())
        if !state.isLingering {
            context.fireChannelRead(data)
        } else if state.hasLingered {
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        state.readEnded()
        context.fireChannelReadComplete()
        // Nobody else asks for what nobody gets.
        if state.isLingering { context.read() }
    }

    func read(context: ChannelHandlerContext) {
        state.readBegan(.now())
        context.read()
    }

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            context.write(wrapOutboundOut(.head(state.answering(head))), promise: promise)
        case .body:
            context.write(data, promise: watched(promise, context))
        case .end:
            let promise = watched(promise, context)
            state.answered(.now())
            guard state.isClosing else { return context.write(data, promise: promise) }
            promise.futureResult.assumeIsolated().whenSuccess { self.linger(context) }
            context.writeAndFlush(data, promise: promise)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        state.breakOff()
        // What the client sends after the last answer need not be HTTP.
        if !state.isLingering { context.fireErrorCaught(error) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            state.stop()
            if state.open == 0 { context.close(promise: nil) }
        case ChannelEvent.inputClosed where state.isLingering:
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func watched(
        _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void> {
        let promise = promise ?? context.eventLoop.makePromise()
        state.writeBegan()
        promise.futureResult.assumeIsolated().whenComplete { _ in self.state.writeEnded(.now()) }
        return promise
    }

    private func linger(_ context: ChannelHandlerContext) {
        guard state.linger(.now()) else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        context.read()
        look(context)
    }

    /// Ends the connection if it is time, or looks again when it may be.
    private func look(_ context: ChannelHandlerContext) {
        timer?.cancel()
        guard let next = state.expire(.now()) else { return context.close(promise: nil) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) {
            self.look(context)
        }
    }
}
