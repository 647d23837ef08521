import Glibc
import HummingbirdCore
import NIOPosix
import OCIRegistry

/// A registry that answers, from ``start(_:)`` to ``stop()``.
public final class RegistryServer: Sendable {
    /// What it serves.
    public let store: Store
    /// What goes wrong on purpose, and what did.
    public let faults: FaultPlan
    /// The port it listens on.
    public var port: Int { server.port }
    private let server: RunningServer
    private let control: RunningServer?
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
            return try await RegistryServer(settings, store, threads)
        } catch {
            try await threads.shutdownGracefully()
            throw error
        }
    }

    private init(
        _ settings: ServerSettings, _ store: Store, _ threads: NIOThreadPool
    ) async throws {
        let disk = DiskPool(threads: threads)
        let dispatcher = try Self.dispatcher(settings, store, disk)
        let server = try await RunningServer(
            .hostname(settings.host, port: settings.port), place: settings.address,
            tls: settings.tls,
            idleTimeout: settings.idleTimeout
        ) { try await dispatcher.respond($0, $1, $2) }
        do {
            control = try await Self.control(store, disk)
        } catch {
            await server.stop()
            throw error
        }
        self.server = server
        self.store = store
        self.faults = settings.faults
        self.threads = threads
    }

    /// Takes no new requests, lets those under way end, and leaves the folder to others.
    public func stop() async {
        await server.stop()
        await control?.stop()
        try? await threads.shutdownGracefully()
    }

    private static func dispatcher(
        _ settings: ServerSettings, _ store: Store, _ disk: DiskPool
    ) throws -> Dispatcher {
        Dispatcher(
            api: try api(settings, store, disk),
            access: settings.access,
            page: PageHandler(
                store: store, disk: disk, renderer: try PageRenderer(),
                needsLogin: !isOpen(settings.access)),
            faults: FaultInjector(settings.faults) { try await settings.access.expireTokens() },
            log: AccessLog(logger: settings.logger), isTLS: settings.tls != nil,
            externalOrigin: settings.externalOrigin)
    }

    private static func api(
        _ settings: ServerSettings, _ store: Store, _ disk: DiskPool
    ) throws(OCIError) -> any RegistryAPI {
        switch store.dialect {
        case .oci: return OCIAPI(store: store, disk: disk, acceptsSparse: settings.acceptsSparse)
        case .gitea:
            let access = settings.access as? GiteaAccess
            // The REST API asks for rights itself, and knows no other guard's ways.
            guard access != nil || isOpen(settings.access) else {
                throw OCIError(
                    .configuration, "users of Gitea's dialect are controlled by GiteaAccess",
                    advice: "give ServerSettings.access one, or none at all")
            }
            return GiteaAPI(
                store: store, disk: disk, settings: settings.gitea, access: access,
                externalOrigin: settings.externalOrigin)
        }
    }

    /// Whether everybody may do everything.
    private static func isOpen(_ access: any AccessGuard) -> Bool {
        guard let control = access as? AccessControl else { return false }
        if case .none = control.mode { return true }
        return false
    }

    /// Nil where the folder's path is too long for a socket: collection then waits for a stop.
    private static func control(_ store: Store, _ disk: DiskPool) async throws -> RunningServer? {
        let path = ControlSocket.path(root: store.layout.root)
        guard path.utf8.count <= ControlSocket.pathLimit else { return nil }
        let socket = ControlSocket(store: store, disk: disk)
        let running = try await RunningServer(.unixDomainSocket(path: path), place: path) {
            try await socket.respond($0, $1, $2)
        }
        chmod(path, 0o600)
        return running
    }
}
