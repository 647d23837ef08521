import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import OCIRegistry
import ServiceLifecycle

/// A server from the moment that it listens until it is stopped.
final class RunningServer: Sendable {
    let port: Int
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// How long requests under way may go on after the server is told to stop.
    private static let patience = Duration.seconds(10)

    /// Listens. Throws ``OCIError`` (configuration) when it cannot.
    init(_ settings: ServerSettings, _ dispatcher: Dispatcher) async throws {
        let (ports, listening) = AsyncThrowingStream<Int, any Error>.makeStream()
        let quiet = Logger(label: "local-registry.http") { _ in SwiftLogNoOpLogHandler() }
        let service = try Self.channel(settings, dispatcher).server(
            configuration: .init(address: .hostname(settings.host, port: settings.port)),
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
            throw OCIError(
                .configuration, "cannot listen on \(settings.host):\(settings.port): \(error)",
                advice: "choose another address with --listen HOST:PORT")
        }
    }

    func stop() async {
        await group.triggerGracefulShutdown()
        _ = try? await task.value
    }

    private static func channel(
        _ settings: ServerSettings, _ dispatcher: Dispatcher
    ) throws -> any ServerChildChannel {
        let plain = RegistryChannel(
            responder: { try await dispatcher.respond($0, $1, $2) }, secure: settings.tls != nil)
        guard let tls = settings.tls else { return plain }
        return try TLSChannel(plain, tlsConfiguration: tls)
    }
}
