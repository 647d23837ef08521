import ArgumentParser
import Console
import Glibc
import LocalRegistry
import Logging
import OCIRegistry
import SystemPackage
import UnixSignals

/// `local-registry serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a folder as a registry.",
        discussion: """
              local-registry serve --root ./registry
              publisher push app:dev 127.0.0.1:5000/team/app:dev

            The address, the page and the authority to trust go to standard output, one line a \
            request to standard error. SIGINT or SIGTERM ends it: requests under way have ten \
            seconds.
            """)

    @OptionGroup(title: "What to serve") var content: ContentOptions
    @OptionGroup(title: "To whom") var access: AccessOptions
    @OptionGroup(title: "How to reach it") var reach: ReachOptions

    @Option(
        help: ArgumentHelp(
            "What is to go wrong, in a YAML file; what did is listed at the end.",
            valueName: "file"))
    var faults: String?

    @Flag(name: .shortAndLong, help: "Log what goes wrong and nothing else.")
    var quiet = false

    func run() async throws {
        Self.raiseFileLimit()
        let settings = try await settings()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let server = try await RegistryServer.start(settings)
        announce(server)
        let (stops, told) = AsyncStream<Void>.makeStream()
        let watch = Task {
            for await _ in signals {
                // The second does not wait for anything.
                if case .terminated = told.yield() { _exit(130) }
                told.finish()
            }
        }
        for await _ in stops {}
        await server.stop()
        watch.cancel()
        if faults != nil { Terminal.write(settings.faults.summary + "\n") }
    }

    private func settings() async throws -> ServerSettings {
        try OpenListening.check(
            host: reach.listen.host, hasAuthentication: access.auth != .none, isOpen: access.open)
        try content.folder.make()
        let root = content.folder.root
        var settings = ServerSettings(root: FilePath(root))
        settings.host = reach.listen.host
        settings.port = reach.listen.port
        settings.dialect = content.dialect
        settings.gitea.version = content.version
        settings.acceptsSparse = !content.refuseSparse
        settings.access = try await access.accessGuard(
            root: root, dialect: content.dialect, version: content.version)
        settings.tls = try reach.certificate(root: root)?.configuration
        settings.externalOrigin = try reach.externalURL.map(Origin.init(url:))
        if let faults { try await settings.faults.load(faults) }
        settings.logger = Logger(
            label: "local-registry", factory: { StreamLogHandler.standardError(label: $0) })
        settings.logger.logLevel = quiet ? .warning : .info
        return settings
    }

    private func announce(_ server: RegistryServer) {
        let scheme = reach.isTLS ? "https" : "http"
        let address = "\(scheme)://\(reach.listen.authority(port: server.port))"
        var page = reach.externalURL ?? address
        if page.hasSuffix("/") { page.removeLast() }
        let dialect =
            content.dialect == .gitea ? "Gitea \(content.version.rawValue)" : "OCI"
        Terminal.write(
            """
            serving \(content.folder.root) at \(address)
            dialect: \(dialect); authentication: \(access.auth.rawValue)
            page: \(page)/

            """)
        if let authority = reach.authorityFile(root: content.folder.root) {
            Terminal.write("clients trust it with: \(authority)\n")
        }
    }

    /// Each connection is a file, and each blob under way another.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
