import OCIRegistry

/// Whether a registry is Gitea's where `publisher.yaml` says so, and what is known against its release.
struct GiteaCheck: Sendable {
    var host: RegistryHost
    /// What `publisher.yaml` says; nil where the registry is not in it.
    var dialect: RegistrySettings.Dialect?
    /// Whether it shows itself as Gitea's.
    var isGitea: Bool
    /// What it says that it is.
    var release: GiteaRelease?

    /// Asks where it may be one.
    static func run(
        _ target: DoctorTarget, _ probe: RegistryProbe, _ credentials: Credentials,
        _ session: Session
    ) async -> GiteaCheck {
        var check = GiteaCheck(
            host: target.host, dialect: target.settings?.dialect, isGitea: probe.isGitea)
        // One that asks for no credentials does not show what it is.
        guard probe.isGitea || check.dialect == .gitea || !probe.asksForCredentials else {
            return check
        }
        let result = await TimeLimit.check.attempt {
            try await GiteaRelease.ask(
                target.host, scheme: probe.scheme, transport: session.transport(target.host),
                credentials: probe.isGitea ? credentials : .anonymous)
        }
        check.release = try? result.get() ?? nil
        check.isGitea = check.isGitea || check.release != nil
        return check
    }

    /// None for a registry that is not Gitea's and need not be.
    var diagnoses: [Diagnosis] {
        guard isGitea else {
            guard dialect == .gitea else { return [] }
            return [
                .warning(
                    .gitea, "\(host)",
                    "does not show itself as Gitea's, and publisher.yaml says so",
                    why: "tags are held to Gitea's rules, and manifests are kept as it needs them",
                    cure: "write \"dialect: oci\", or check the host")
            ]
        }
        let name =
            release.map { "\($0.isForgejo ? "Forgejo" : "Gitea") \($0)" }
            ?? "Gitea, which does not tell its release"
        var found = faults.map { fault in
            Diagnosis(
                severity: fault.severity, check: .gitea, subject: "\(host)",
                what: "\(name): \(fault.what)", why: fault.why, cure: fault.cure)
        }
        if dialect == .oci {
            found.append(
                .warning(
                    .gitea, "\(host)", "is Gitea's, and publisher.yaml says dialect: oci",
                    why: "Gitea takes tags that differ only by case for one, which the check of "
                        + "publisher.yaml then lets through",
                    cure: "write \"dialect: gitea\" for the registry"))
        }
        return found.isEmpty ? [.ok(.gitea, "\(host)", name)] : found
    }

    private struct Fault {
        var severity: Diagnosis.Severity
        var what: String
        var why: String
        var cure: String
    }

    private var faults: [Fault] {
        guard let release else { return [] }
        var faults: [Fault] = []
        if release.isWithin([1, 25, 0], [1, 25, 1]) {
            faults.append(
                Fault(
                    severity: .problem,
                    what: "a tag that is pushed again keeps what it was before beside it",
                    why:
                        "its time goes stale, several manifests hang on one tag, and deleting an old "
                        + "digest deletes the present tag (issues 35853, 35965)",
                    cure: "update Gitea to 1.25.3 or later"))
        }
        if release.isWithin([1, 25, 0], [1, 25, 2]) {
            faults.append(
                Fault(
                    severity: .warning, what: "errors of manifests are swallowed",
                    why: "a missing layer gives status 500, which looks like a fault that passes "
                        + "(issue 36021)",
                    cure: "update Gitea to 1.25.3 or later"))
        }
        if release.isWithin([1, 26, 0], [1, 26, 0]) {
            faults.append(
                Fault(
                    severity: .warning, what: "it asks for a password beside the token",
                    why: "clients that take the first challenge cannot pull without an account "
                        + "(issues 37289, 37303)",
                    cure: "update Gitea to 1.26.1 or later"))
        }
        return faults
    }
}
