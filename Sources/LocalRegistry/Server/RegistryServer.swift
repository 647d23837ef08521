import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import NIOSSL
import ServiceLifecycle
public import SystemPackage

/// What a server is to be like.
public struct ServerSettings: Sendable {
    /// The folder that holds everything.
    public var root: FilePath
    /// The address or name to listen on.
    public var host = "127.0.0.1"
    /// The port; 0 takes a free one.
    public var port = 0
    /// Whose manners to have; a folder keeps its own for life.
    public var dialect = Dialect.oci
    /// Who may do what.
    public var access: any AccessGuard = AccessControl(.none)
    /// Certificates; nil serves plain HTTP.
    public var tls: TLSConfiguration?
    /// What clients reach the server as, where a proxy stands before it.
    public var externalOrigin: Origin?
    /// Whether a manifest may name blobs and manifests that are not there. OCI dialect only.
    public var acceptsSparse = true
    /// What goes wrong on purpose.
    public var faults = FaultPlan()
    /// What a fault that expires tokens does.
    public var expireTokens: @Sendable () -> Void = {}
    /// Where one line a request goes.
    public var logger = Logger(label: "local-registry") { _ in SwiftLogNoOpLogHandler() }

    /// The settings of a server on a free port of this machine, open to everybody on it.
    public init(root: FilePath) { self.root = root }
}

/// A registry that answers, from ``start(_:)`` to ``stop()``.
public final class RegistryServer: Sendable {
    /// What it serves.
    public let store: Store
    /// What goes wrong on purpose, and what did.
    public let faults: FaultPlan
    /// The port it listens on.
    public let port: Int
    private let tasks: RunningServer
    private let threads: NIOThreadPool

    /// Opens the folder and listens.
    ///
    /// Throws ``OCIError``: configuration, where the folder cannot be served or the address not be
    /// listened on.
    public static func start(_ settings: ServerSettings) async throws -> RegistryServer {
        let store = try Store(root: settings.root, dialect: settings.dialect)
        let threads = NIOThreadPool(numberOfThreads: 8)
        threads.start()
        do {
            let dispatcher = try dispatcher(settings, store, DiskPool(threads: threads))
            let running = try await RunningServer(settings, dispatcher)
            return RegistryServer(store, settings.faults, running, threads)
        } catch {
            try await threads.shutdownGracefully()
            throw error
        }
    }

    private init(
        _ store: Store, _ faults: FaultPlan, _ running: RunningServer, _ threads: NIOThreadPool
    ) {
        self.store = store
        self.faults = faults
        self.port = running.port
        self.tasks = running
        self.threads = threads
    }

    /// Takes no new requests, lets those under way end, and leaves the folder to others.
    public func stop() async {
        await tasks.stop()
        try? await threads.shutdownGracefully()
    }
}

extension RegistryServer {
    private static func dispatcher(
        _ settings: ServerSettings, _ store: Store, _ disk: DiskPool
    ) throws -> Dispatcher {
        Dispatcher(
            api: OCIAPI(store: store, disk: disk, acceptsSparse: settings.acceptsSparse),
            access: settings.access, page: PageHandler(),
            faults: FaultInjector(settings.faults, expireTokens: settings.expireTokens),
            log: AccessLog(logger: settings.logger), isTLS: settings.tls != nil,
            externalOrigin: settings.externalOrigin)
    }
}
