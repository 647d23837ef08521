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
        /// HTTPS behind nginx without credentials; clients show a certificate where that is asked.
        case tls(verifiesClients: Bool = false)
    }

    /// The host and port, such as `127.0.0.1:40123`.
    public let host: String
    /// The certificate authority to trust, for the TLS variants.
    public let caFile: String?
    /// A client's certificate and its key that the TLS variants' authority has signed.
    public let clientCertificate: (file: String, keyFile: String)?
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
        var front: NginxFront?
        switch variant {
        case .open: tokens = nil
        case .htpasswd:
            tokens = nil
            let line = try await ChildProcess.run(
                ProgramCall("htpasswd", ["-Bbn", user, password]))
            config.htpasswdFile = try folder.write("htpasswd", line.checked().output)
        case .tokenTLS(let lifetime):
            let made = try NginxFront(
                port: freePort(), registryPort: inner, certificates: Certificates(in: folder))
            let tokens = try TokenServer(
                user: user, password: password, lifetime: lifetime,
                certificates: made.certificates)
            self.tokens = tokens
            front = made
            front?.tokenPort = tokens.port
            config.tokenRealm = "https://127.0.0.1:\(made.port)/token"
            config.signerFile = made.certificates.signerFile
        case .tls(let verifiesClients):
            tokens = nil
            front = try NginxFront(
                port: freePort(), registryPort: inner, verifiesClients: verifiesClients,
                certificates: Certificates(in: folder))
        }
        host = "127.0.0.1:\(front?.port ?? inner)"
        caFile = front?.certificates.caFile
        clientCertificate = front.map {
            ($0.certificates.clientFile, $0.certificates.clientKeyFile)
        }
        proxy = try front?.start(in: folder)
        let file = try folder.write("config.yml", config.text)
        registry = try ChildProcess(ProgramCall("docker-registry", ["serve", file]))
        try await waitUntilListening(inner, registry)
        if let proxy, let front { try await waitUntilListening(front.port, proxy) }
    }

    deinit { stop() }

    /// What the registry has logged so far, access log included.
    public var log: String { registry.stdout + registry.stderr }

    /// The access log of nginx, in the TLS variants: `METHOD URI PROTOCOL STATUS` a line.
    public var frontLog: String {
        (try? String(contentsOfFile: folder.file("access.log"), encoding: .utf8)) ?? ""
    }

    /// How many tokens were handed out, where there are any.
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
