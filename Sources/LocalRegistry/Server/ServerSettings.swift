public import Logging
public import NIOSSL
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
    /// What a registry in Gitea's dialect is like besides.
    public var gitea = GiteaSettings()
    /// Who may do what.
    public var access: any AccessGuard = AccessControl(.none)
    /// Certificates; nil serves plain HTTP.
    public var tls: TLSConfiguration?
    /// What clients reach the server as, where a proxy stands before it.
    public var externalOrigin: Origin?
    /// Whether a manifest may name blobs and manifests that are not there. OCI dialect only.
    public var acceptsSparse = true
    /// A connection is closed when its client neither sends nor takes anything for so long, though it
    /// is its turn.
    public var idleTimeout = Duration.seconds(60)
    /// What goes wrong on purpose.
    public var faults = FaultPlan()
    /// Where one line a request goes.
    public var logger = Logger(label: "local-registry") { _ in SwiftLogNoOpLogHandler() }

    /// The settings of a server on a free port of this machine, open to everybody on it.
    public init(root: FilePath) { self.root = root }

    /// Where it is to listen, as people write it.
    var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
