import FoundationEssentials
import Logging
import OCIRegistry
import Synchronization

/// What one run of the program has: its settings, its transport, the registries it talks to.
final class Session: Sendable {
    let environment: [String: String]
    let logger: Logger
    private let connection: ConnectionOptions.Values
    private let explicit: Credentials?
    private let onlyHost: RegistryHost?
    private let registries: [RegistrySettings]
    private let isAnonymous: Bool
    private let transports: Transports
    private let clients = Mutex<[RegistryHost: RegistryClient]>([:])

    /// Opens a session. Credentials that name no registry are for `host` alone; what
    /// `publisher.yaml` says of a registry holds for that one. One that `isAnonymous` has no
    /// credentials, wherever there are some. Of `parallel` requests each registry gets so many at a time.
    ///
    /// Throws ``OCIError`` (usage) when a password was promised and none came.
    init(
        _ connection: ConnectionOptions, _ output: OutputOptions,
        credentialsFor host: RegistryHost?, explicit: Credentials? = nil,
        registries: [RegistrySettings] = [], isAnonymous: Bool = false,
        parallel: Int? = nil
    ) throws {
        let environment = ProcessEnvironment.current
        self.environment = environment
        self.logger = Logging.logger(verbose: output.verbose, quiet: output.quiet)
        self.connection = connection.values
        self.explicit = try explicit ?? connection.explicitCredentials()
        self.onlyHost = host
        self.registries = registries
        self.isAnonymous = isAnonymous
        var transport = connection.transport(environment)
        if let parallel { transport.perHost = parallel }
        self.transports = Transports(transport, named: connection.caFile)
    }

    /// The client of a registry, one a host.
    func client(_ host: RegistryHost) -> RegistryClient {
        clients.withLock { clients in
            if let client = clients[host] { return client }
            let settings = registries.first { $0.host == host }
            let sources = sources(host, settings)
            let client = RegistryClient(
                host: host, transport: transport(host),
                plainHTTP: settings?.isInsecure ?? false,
                trustedRealmHosts: connection.trustedRealms,
                retry: connection.retry, logger: logger,
                credentials: { [isAnonymous] in
                    isAnonymous ? .none : try await sources.credentials(for: $0, repository: $1)
                })
            clients[host] = client
            return client
        }
    }

    /// What carries requests to a registry.
    func transport(_ host: RegistryHost) -> any HTTPTransport {
        transports.transport(caFile: registries.first { $0.host == host }?.caFile)
    }

    /// The credentials that requests for a registry, or a repository of it, would carry.
    ///
    /// Throws ``OCIError`` (configuration) for half a pair of variables, a malformed file, a helper
    /// that fails.
    func credentials(
        _ host: RegistryHost, _ repository: RepositoryName? = nil
    ) async throws -> SourcedCredentials {
        let settings = registries.first { $0.host == host }
        return try await sources(host, settings).credentials(for: host, repository: repository)
    }

    /// Token servers on other hosts that may have the credentials.
    var trustedRealms: Set<String> { connection.trustedRealms }

    private func sources(
        _ host: RegistryHost, _ settings: RegistrySettings?
    ) -> CredentialSources {
        let isMeant = onlyHost == nil || onlyHost == host
        let own = settings?.credentials.map { [$0] } ?? []
        return CredentialSources(
            explicit: isMeant ? explicit : nil, variables: own + (isMeant ? [.publisher] : []),
            environment: environment, logger: logger)
    }

    /// A repository of a registry.
    func repository(_ reference: Reference, _ access: Repository.Access = .pull) -> Repository {
        Repository(client(reference.host), reference.repository, access: access)
    }

    /// Opens an image wherever it is. An engine exports it where `exports` says so, and else only
    /// what cannot be read from its storage here.
    func open(_ location: ImageLocation, exports: Bool = false) async throws -> OpenedImage {
        switch location {
        case .registry(let reference):
            .packed(RegistryImage(repository(reference), selector: reference.selector))
        case .engine(let name):
            try await engine(name, readsStorage: !exports)
        case .dockerArchive(let file, let reference):
            .unpacked(try await DockerArchive.open(file, reference: reference))
        case .ociDirectory(let folder, let selector):
            .packed(try OCILayout.open(directory: folder, selector: selector))
        case .ociArchive(let file, let selector):
            .packed(try await OCILayout.open(archive: file, selector: selector))
        }
    }

    private func engine(_ name: String, readsStorage: Bool) async throws -> OpenedImage {
        let engine = try DockerEngine(environment: environment)
        return try await EngineStream(
            name: name, retry: connection.retry, readsStorage: readsStorage && engine.isLocal,
            inspect: { try await engine.inspect(image: name) },
            save: { try await engine.save(image: name) }
        ).open()
    }

    /// How passing faults are met.
    var retry: RetryPolicy { connection.retry }

    /// What was sent so far.
    var statistics: CurlTransport.Statistics { transports.statistics }
}

/// The transports of a session, one for each file of certificates.
private final class Transports: Sendable {
    private let configuration: CurlTransport.Configuration
    private let named: String?
    private let open = Mutex<[String?: CurlTransport]>([:])

    init(_ configuration: CurlTransport.Configuration, named: String?) {
        self.configuration = configuration
        self.named = named
    }

    /// The transport that trusts a file's certificates. What the command line names wins; what the
    /// environment names is for registries that have no file of their own.
    func transport(caFile: String?) -> CurlTransport {
        let caFile = named ?? caFile ?? configuration.caFile
        return open.withLock { open in
            if let transport = open[caFile] { return transport }
            var configuration = configuration
            configuration.caFile = caFile
            let transport = CurlTransport(configuration: configuration)
            open[caFile] = transport
            return transport
        }
    }

    /// What all of them sent so far.
    var statistics: CurlTransport.Statistics {
        open.withLock { $0.values.map(\.statistics) }.reduce(into: .init()) { $0.add($1) }
    }
}

/// The variables that the program was started with.
enum ProcessEnvironment {
    static var current: [String: String] { ProcessInfo.processInfo.environment }
}

/// Where log lines go.
enum Logging {
    static func logger(verbose: Bool, quiet: Bool) -> Logger {
        var logger = Logger(label: "publisher") { _ in ErrorStreamHandler() }
        logger.logLevel = verbose ? .debug : quiet ? .error : .warning
        return logger
    }
}

/// Writes log lines to standard error.
private struct ErrorStreamHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .warning

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).map { " \($0.key)=\($0.value)" }.sorted().joined()
        ProgressBoard.say("publisher: \(event.level): \(event.message)\(fields)")
    }
}
