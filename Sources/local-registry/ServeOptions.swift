public import ArgumentParser
import Glibc
public import LocalRegistry
import OCIRegistry

extension Dialect: ExpressibleByArgument {}
extension GiteaVersion: ExpressibleByArgument {}

/// What `serve` serves.
struct ContentOptions: ParsableArguments {
    @OptionGroup var folder: RootOption

    @Option(
        help: ArgumentHelp(
            "Whose manners to have. A folder keeps its own for life.", valueName: "oci|gitea"))
    var dialect = Dialect.oci

    @Option(
        help: "Which Gitea to be, with --dialect gitea (default: \(GiteaVersion.latest.rawValue)).")
    var giteaVersion: GiteaVersion?

    @Flag(help: "Refuse a manifest that names what is not there (oci; gitea always does).")
    var refuseSparse = false

    /// Which Gitea to be, where it is to be one.
    var version: GiteaVersion { giteaVersion ?? .latest }

    func validate() throws {
        if dialect != .gitea, giteaVersion != nil {
            throw ValidationError("--gitea-version needs --dialect gitea")
        }
    }
}

/// Who may do what.
struct AccessOptions: ParsableArguments {
    /// How a client proves who it is.
    enum Mode: String, ExpressibleByArgument, CaseIterable { case none, basic, token }

    @Option(
        help: ArgumentHelp(
            "How clients prove who they are; see `local-registry user add`.",
            valueName: "none|basic|token"))
    var auth = Mode.none

    @OptionGroup var users: UsersOption

    @Flag(help: "Let everybody pull, users alone push.")
    var anonymousPull = false

    @Flag(help: "Let everybody on the network write, without authentication.")
    var open = false

    func validate() throws {
        if auth == .none, users.users != nil || anonymousPull {
            throw ValidationError("--users and --anonymous-pull need --auth basic or --auth token")
        }
        if auth != .none, open {
            throw ValidationError("--open is for a registry without --auth: choose")
        }
    }

    /// What asks each request who sends it.
    func accessGuard(
        root: String, dialect: Dialect, version: GiteaVersion
    ) async throws -> any AccessGuard {
        guard auth != .none else { return AccessControl(.none) }
        let path = users.path(root: root)
        guard Glibc.access(path, F_OK) == 0 else {
            let place = users.users.map { " --users \($0)" } ?? ""
            throw OCIError(
                .configuration, "there are no users yet", subject: path,
                advice: "add one: local-registry user add NAME --root \(root)\(place)")
        }
        let users = try UserFile(path)
        let keyFile = "\(root)/token.key"
        if dialect == .gitea {
            let issuer = try await TokenIssuer(
                keyFile: keyFile, lifetime: GiteaAccess.tokenLifetime)
            var access = GiteaAccess(users: users, issuer: issuer, version: version)
            access.requiresSignIn = !anonymousPull
            return access
        }
        let mode: AccessControl.Mode =
            auth == .basic
            ? .basic(users) : .token(users, try await TokenIssuer(keyFile: keyFile))
        return AccessControl(mode, anonymousPull: anonymousPull)
    }
}

/// How clients reach the server.
struct ReachOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to listen; port 0 takes a free one.", valueName: "host:port"))
    var listen = ListenAddress.usual

    @Flag(help: "Serve TLS with a certificate of its own making, kept in the root's tls folder.")
    var tls = false

    @Option(help: ArgumentHelp("Serve TLS with this chain, in PEM.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The key that belongs to --tls-cert.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "What clients reach it as, where a proxy stands before it.", valueName: "url"))
    var externalURL: String?

    /// Whether TLS is served.
    var isTLS: Bool { tls || tlsCert != nil }

    func validate() throws {
        if (tlsCert == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-cert and --tls-key belong together")
        }
        if tls, tlsCert != nil {
            throw ValidationError("--tls makes a certificate, --tls-cert names one: choose")
        }
    }

    /// The certificate to serve; nil for plain HTTP.
    func certificate(root: String) throws(OCIError) -> ServerCertificate? {
        if let tlsCert, let tlsKey {
            return try ServerCertificate(certificateFile: tlsCert, keyFile: tlsKey)
        }
        guard tls else { return nil }
        return try ServerCertificate.selfMade(in: "\(root)/tls", hosts: try hosts())
    }

    /// The names and addresses by which clients know the server, besides those of this machine alone.
    private func hosts() throws(OCIError) -> [String] {
        var hosts = [listen.host]
        if ["0.0.0.0", "::"].contains(listen.host), let name = Self.machineName { hosts = [name] }
        if let externalURL {
            let authority = try Origin(url: externalURL).authority
            hosts.append(ListenAddress(argument: authority)?.host ?? authority)
        }
        return hosts
    }

    /// What this machine is called; nil where that is nothing that a certificate can hold.
    private static var machineName: String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: bytes, as: UTF8.self)
        return (try? RegistryHost(name))?.name == name.lowercased() ? name : nil
    }

    /// The authority of a certificate of its own making.
    func authorityFile(root: String) -> String? { tls ? "\(root)/tls/ca.pem" : nil }
}
