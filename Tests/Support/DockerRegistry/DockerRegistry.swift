import Foundation

/// Debian's docker-registry 2.8 on a free loopback port, with its storage in a temporary folder.
public final class DockerRegistry: Sendable {
    /// How clients have to prove who they are.
    public enum Variant: Sendable {
        /// Plain HTTP, no credentials.
        case open
        /// Plain HTTP, Basic credentials.
        case htpasswd
        /// HTTPS (HTTP/2 where offered) behind nginx, with a token endpoint on the same host.
        case tokenTLS(lifetime: Int = 300)
    }

    /// The host and port, such as `127.0.0.1:40123`.
    public let host: String
    /// The certificate authority to trust, for the TLS variant.
    public let caFile: String?
    /// The only user, where there are any.
    public let user = "fixture-user"
    /// The user's password.
    public let password = "fixture-secret-5f1c"
    private let folder: TemporaryFolder
    private let registry: ChildProcess
    private let proxy: ChildProcess?
    private let tokens: TokenServer?

    /// Starts the programs and waits until they answer.
    public init(_ variant: Variant = .open) async throws {
        folder = try TemporaryFolder(prefix: "docker-registry")
        let inner = try freePort()
        var config = RegistryConfig(storage: folder.file("storage"), port: inner)
        switch variant {
        case .open:
            (host, caFile, proxy, tokens) = ("127.0.0.1:\(inner)", nil, nil, nil)
        case .htpasswd:
            (host, caFile, proxy, tokens) = ("127.0.0.1:\(inner)", nil, nil, nil)
            let line = try await ChildProcess.run(
                ProgramCall("htpasswd", ["-Bbn", user, password]))
            config.htpasswdFile = try folder.write("htpasswd", line.checked().output)
        case .tokenTLS(let lifetime):
            let certificates = try Certificates(in: folder)
            let tokens = try TokenServer(
                user: user, password: password, lifetime: lifetime, certificates: certificates)
            let outer = try freePort()
            let front = NginxFront(
                port: outer, registryPort: inner, tokenPort: tokens.port,
                certificates: certificates)
            self.tokens = tokens
            host = "127.0.0.1:\(outer)"
            caFile = certificates.caFile
            proxy = try front.start(in: folder)
            config.tokenRealm = "https://\(host)/token"
            config.signerFile = certificates.signerFile
        }
        let file = try folder.write("config.yml", config.text)
        registry = try ChildProcess(ProgramCall("docker-registry", ["serve", file]))
        try await waitUntilListening(inner, registry)
        if let proxy, let port = host.split(separator: ":").last.flatMap({ Int($0) }) {
            try await waitUntilListening(port, proxy)
        }
    }

    deinit { stop() }

    /// What the registry has logged so far, access log included.
    public var log: String { registry.stdout + registry.stderr }

    /// The access log of nginx, in the TLS variant: `METHOD URI PROTOCOL STATUS` a line.
    public var frontLog: String {
        (try? String(contentsOfFile: folder.file("access.log"), encoding: .utf8)) ?? ""
    }

    /// How many tokens were handed out, in the TLS variant.
    public var issuedTokens: Int { tokens?.issuedTokens ?? 0 }

    /// The folder with the registry's storage.
    public var storage: String { folder.file("storage") }

    /// Ends the programs and removes the storage.
    public func stop() {
        proxy?.stop()
        registry.stop()
        tokens?.stop()
        folder.remove()
    }
}

/// Waits until a port of 127.0.0.1 accepts connections; throws when the process ends instead.
func waitUntilListening(_ port: Int, _ process: ChildProcess) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !Socket.canConnect(to: port) {
        guard process.isRunning, ContinuousClock.now < deadline else {
            throw SupportError("nothing listens on \(port): \(process.stdout)\(process.stderr)")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
