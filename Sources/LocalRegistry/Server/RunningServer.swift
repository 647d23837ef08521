import Glibc
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import OCIRegistry
import ServiceLifecycle

/// A listening socket with its connections, from the moment that it listens until it is stopped.
final class RunningServer: Sendable {
    /// The port; 0 for a unix socket.
    let port: Int
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// How long requests under way may go on after the server is told to stop.
    private static let patience = Duration.seconds(10)

    /// Listens. Throws ``OCIError`` (configuration), which names the address as `place`, when it cannot.
    init(
        _ address: BindAddress, place: String, tls: TLSConfiguration? = nil,
        idleTimeout: Duration = .seconds(60), _ responder: @escaping HTTPChannelHandler.Responder
    ) async throws {
        let (ports, listening) = AsyncThrowingStream<Int, any Error>.makeStream()
        let quiet = Logger(label: "local-registry.http") { _ in SwiftLogNoOpLogHandler() }
        let plain = RegistryChannel(
            responder: responder, secure: tls != nil, idleTimeout: idleTimeout)
        let channel: any ServerChildChannel =
            if let tls { try TLSChannel(plain, tlsConfiguration: tls) } else { plain }
        let service = channel.server(
            configuration: .init(address: address),
            onServerRunning: { listening.yield($0.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        var configuration = ServiceGroupConfiguration(services: [service], logger: quiet)
        configuration.maximumGracefulShutdownDuration = Self.patience
        let group = ServiceGroup(configuration: configuration)
        self.group = group
        task = Task {
            do {
                try await group.run()
                listening.finish()
            } catch {
                listening.finish(throwing: error)
                throw error
            }
        }
        do {
            var iterator = ports.makeAsyncIterator()
            guard let port = try await iterator.next() else { throw CancellationError() }
            self.port = port
        } catch {
            throw Self.refusal(place, error)
        }
    }

    private static func refusal(_ place: String, _ error: any Error) -> OCIError {
        let reason: String
        switch error {
        case let error as IOError: reason = String(cString: strerror(error.errnoCode))
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            reason = "there is no such host"
        default: reason = "\(error)"
        }
        return OCIError(
            .configuration, "cannot listen: \(reason)", subject: place,
            advice: "choose another address with --listen HOST:PORT; port 0 takes a free one")
    }

    func stop() async {
        await group.triggerGracefulShutdown()
        _ = try? await task.value
    }
}
