/// The token endpoint that a Bearer challenge names, checked against the registry that named it.
///
/// Distribution token specification, "How to authenticate"; RFC 3986 for the URL.
struct Realm: Sendable, Hashable {
    /// `https`, or `http` where the registry itself is reached that way.
    let scheme: String
    /// Host and port, in lower case.
    let authority: String
    /// Path and query as the challenge has them.
    let path: String
    /// Whether the user's credentials may be sent there.
    let isTrusted: Bool
    /// Whether the challenge said `http` and is answered over `https` all the same.
    let wasUpgraded: Bool

    /// The endpoint's host for people, and for `--trust-realm`.
    var hostName: String { Self.hostName(authority) }

    /// Takes a realm apart and decides what may be sent to it.
    ///
    /// Throws ``OCIError`` (protocol) when it is no absolute http(s) URL, holds user information,
    /// or leads from a registry on https to plain http on another host.
    init(
        _ text: String, registry: RegistryHost, registryScheme: String, trustedHosts: Set<String>
    ) throws(OCIError) {
        func refusal(_ reason: String) -> OCIError {
            OCIError(
                .protocolViolation,
                "the registry asks to authenticate at a realm that \(reason)",
                subject: registry.description,
                exchange: OCIError.Exchange(
                    request: PlainText.line(Redaction.redacted(url: text), limit: 200)),
                advice: "the registry's operator has to correct the realm of its token service")
        }
        guard let (scheme, authority, path) = Self.split(text) else {
            throw refusal("is not an absolute http or https URL")
        }
        guard !authority.contains("@") else { throw refusal("holds user information") }
        guard (try? RegistryHost(authority)) != nil, path.utf8.allSatisfy(Self.isPathByte) else {
            throw refusal("is malformed")
        }
        let name = Self.hostName(authority)
        let isSameHost = [registry.name, Self.hostName(registry.endpoint)].contains(name)
        let isDowngrade = scheme == "http" && registryScheme == "https"
        guard isSameHost || !isDowngrade else {
            throw refusal("is plain http on another host, which is refused")
        }
        let trusted = Set(trustedHosts.map { $0.lowercased() })
        let builtIn = registry == .dockerHub && name == "auth.docker.io"
        isTrusted =
            isSameHost || builtIn || trusted.contains(name) || trusted.contains(authority)
        wasUpgraded = isDowngrade
        self.scheme = isDowngrade ? "https" : scheme
        self.path = path
        // Behind a proxy that ends TLS, http's own port is as wrong as its scheme.
        let hasNoPort = authority == name || authority == "\(name):80"
        self.authority = isDowngrade && hasNoPort ? registry.endpoint : authority
    }

    /// Scheme, authority and path with query, by hand: what is checked here must be what is sent.
    private static func split(
        _ text: String
    ) -> (scheme: String, authority: String, path: String)? {
        for scheme in ["https", "http"] where text.lowercased().hasPrefix(scheme + "://") {
            let rest = text.dropFirst(scheme.count + 3).prefix { $0 != "#" }
            let end = rest.firstIndex { "/?\\".contains($0) } ?? rest.endIndex
            let authority = rest[..<end].lowercased()
            let path = rest[end...].first == "/" ? String(rest[end...]) : "/" + rest[end...]
            return authority.isEmpty ? nil : (scheme, authority, path)
        }
        return nil
    }

    private static func hostName(_ authority: String) -> String {
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
            return authority
        }
        return String(authority[..<colon])
    }

    /// Visible ASCII without what parsers of URLs disagree on.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && !Array("\\\"<>^`{|}".utf8).contains(byte)
    }
}
