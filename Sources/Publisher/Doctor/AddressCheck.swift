import OCIRegistry

/// Whether there is a registry at an address, and whether it is spoken to as it wants to be.
struct AddressCheck: Sendable {
    /// One question, and what came of it.
    struct Attempt: Sendable {
        var scheme: String
        var result: Result<RegistryProbe, OCIError>

        var probe: RegistryProbe? { try? result.get() }
        var error: OCIError? { if case .failure(let error) = result { error } else { nil } }
        var isRegistry: Bool { probe?.kind == .registry }
    }

    var host: RegistryHost
    /// Whether `publisher.yaml` allows plain HTTP.
    var isInsecure: Bool
    /// In the order in which they were made.
    var attempts: [Attempt] = []
    /// How it is reached.
    var proxy: ProxySetting?

    /// As the client tries them.
    private var expected: [String] {
        isInsecure ? ["http"] : host.isLoopback ? ["http", "https"] : ["https"]
    }

    private static let why = "nothing can be pushed there or pulled from there"

    /// Asks: the ways that a push would take, and the other one where these lead nowhere, or where it
    /// would be the better one.
    static func run(_ target: DoctorTarget, _ session: Session) async -> AddressCheck {
        var check = AddressCheck(
            host: target.host, isInsecure: target.settings?.isInsecure ?? false)
        for scheme in check.expected where check.found == nil { await check.ask(scheme, session) }
        let other = ["http", "https"].first { !check.expected.contains($0) }
        // A certificate that is not trusted proves that TLS is spoken.
        let isTold = check.attempts.last?.error?.kind == .configuration
        if let other, check.isInsecure || (check.found == nil && !isTold) {
            await check.ask(other, session)
        }
        check.proxy = ProxySetting(
            target.host, scheme: check.expected[0], environment: session.environment)
        return check
    }

    private mutating func ask(_ scheme: String, _ session: Session) async {
        let host = host
        let result = await TimeLimit.check.attempt {
            try await RegistryProbe(
                host, scheme: scheme, transport: session.transport(host),
                trustedRealmHosts: session.trustedRealms)
        }
        attempts.append(Attempt(scheme: scheme, result: result))
    }

    /// The answer that a push would build on; nil where it would get none.
    var found: RegistryProbe? {
        attempts.first { expected.contains($0.scheme) && $0.isRegistry }?.probe
    }

    var diagnosis: Diagnosis {
        let unexpected = attempts.first { !expected.contains($0.scheme) && $0.isRegistry }
        if let found {
            guard unexpected == nil else {
                return .warning(
                    .address, "\(host)",
                    "answers over TLS too, and publisher.yaml says insecure: true",
                    why: "passwords and tokens cross the network for everybody to read",
                    cure: "take \"insecure: true\" from the registry in publisher.yaml")
            }
            let way = proxy.map { ", \($0.text)" } ?? ""
            return .ok(.address, "\(host)", "a registry, over \(found.scheme)\(way)")
        }
        if unexpected != nil {
            return isInsecure
                ? problem(
                    "speaks TLS alone, and publisher.yaml says insecure: true",
                    "take \"insecure: true\" from the registry in publisher.yaml")
                : problem(
                    "speaks plain HTTP alone, where TLS is expected",
                    "put TLS before it; on a network that nobody else can read, say "
                        + "\"insecure: true\" for the registry in publisher.yaml")
        }
        // Of two failures at one address, the first is the one that a push tells.
        let own = attempts.filter { expected.contains($0.scheme) }
        if let probe = own.lazy.compactMap(\.probe).first(where: { $0.kind != .wantsTLS }) {
            return diagnosis(of: probe)
        }
        let error =
            own.lazy.compactMap(\.error).last ?? OCIError(.unreachable, "it cannot be asked")
        let detour = proxy.map { "; it is asked \($0.text)" } ?? ""
        return .problem(
            .address, "\(host)", error, why: Self.why,
            cure: "\(error.advice ?? "check that it is up and reachable from here")\(detour)")
    }

    private func diagnosis(of probe: RegistryProbe) -> Diagnosis {
        let place = "\(probe.scheme)://\(host)/v2/"
        let said = probe.said.map { ": \($0.prefix(120))" } ?? ""
        let address =
            "check the host and its port in publisher.yaml or the reference: a registry answers at "
            + "/v2/ of the host itself, never below a path"
        switch probe.kind {
        case .redirect(let target):
            return problem(
                "leads elsewhere: \(place) answers \(probe.status) and names \(target)",
                "use the address that it leads to, if that is the registry; \(address)")
        case .page:
            return problem(
                "is no registry: \(place) answers \(probe.status) with a page for people\(said)",
                "\(address); if a login or proxy page stands before it, let /v2/ through")
        default:
            return problem(
                "does not answer as a registry: \(place) gives status \(probe.status)\(said)",
                probe.status >= 500
                    ? "see whether the registry behind its proxy is up" : address)
        }
    }

    private func problem(_ what: String, _ cure: String) -> Diagnosis {
        .problem(.address, "\(host)", what, why: Self.why, cure: cure)
    }
}
