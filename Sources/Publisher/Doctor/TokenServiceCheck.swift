import OCIRegistry

/// Whether the place that a registry sends its clients to for tokens can be used.
struct TokenServiceCheck: Sendable {
    var host: RegistryHost
    var probe: RegistryProbe
    /// Whether there are credentials to send there.
    var hasCredentials: Bool

    var diagnosis: Diagnosis {
        if let refusal = probe.tokenServiceRefusal {
            return .problem(
                .tokens, "\(host)", "\(refusal.message) (\(refusal.exchange?.request ?? ""))",
                why: "no token can be had, and nothing goes without one",
                cure: Self.cure)
        }
        guard probe.status != 401 || probe.asksForCredentials else {
            return .warning(
                .tokens, "\(host)", "wants credentials without saying how (no WWW-Authenticate)",
                why: "clients do not know what to send, and send nothing",
                cure: "have the proxy before the registry pass the field WWW-Authenticate on")
        }
        guard let service = probe.tokenService else {
            return .ok(
                .tokens, "\(host)",
                probe.asksForCredentials
                    ? "takes a name and password with each request" : "asks for no credentials")
        }
        if service.isPlainBehindTLS {
            return .problem(
                .tokens, "\(host)",
                "sends its clients to http://\(service.host) for tokens, though it speaks TLS",
                why: "Docker and others send the password there for everybody to read, or fail; "
                    + "publisher uses https in its place", cure: Self.cure)
        }
        guard !service.isTrusted else {
            return .ok(.tokens, "\(host)", "has tokens from \(service.host)")
        }
        let what = "has tokens from another host, \(service.host)"
        let cure =
            "if \(service.host) is right, pass --trust-realm \(service.host) with every command"
        return hasCredentials
            ? .problem(
                .tokens, "\(host)", what,
                why: "credentials are not sent there unless you say so", cure: cure)
            : .warning(
                .tokens, "\(host)", what,
                why: "credentials would not be sent there unless you say so", cure: cure)
    }

    private static let cure =
        "on Gitea set ROOT_URL to the https address, and have the proxy before it send "
        + "\"X-Forwarded-Proto: https\" (from 1.26 on nothing else counts); elsewhere correct the realm "
        + "of the token service"
}
