import FoundationEssentials
import OCIRegistry

/// Whether a registry takes the credentials that there are, and what they may do. Nothing is written: an
/// upload that is opened to learn whether one may push is given up at once.
struct CredentialsCheck: Sendable {
    /// What came of trying one repository.
    struct Access: Sendable {
        var repository: RepositoryName
        /// Why it may not be read.
        var pull: OCIError?
        /// Why it may not be written.
        var push: OCIError?
        /// Whether the upload that was opened to learn this is gone.
        var isGivenUp = true
    }

    var host: RegistryHost
    /// The credentials, or why there is no telling.
    var found: Result<SourcedCredentials, OCIError>
    /// Whether they are the token of the job that this runs in.
    var isJobToken = false
    /// Whether the registry is Gitea's.
    var isGitea = false
    /// Why the registry does not take them.
    var login: OCIError?
    /// One for each repository; none where they are not taken.
    var accesses: [Access] = []
    /// Seconds since 1970.
    var now = Date().timeIntervalSince1970

    /// Looks for credentials and tries them.
    static func run(
        _ target: DoctorTarget, _ found: Result<SourcedCredentials, OCIError>, isGitea: Bool,
        _ session: Session
    ) async -> CredentialsCheck {
        var check = CredentialsCheck(host: target.host, found: found, isGitea: isGitea)
        guard let credentials = try? found.get().credentials else { return check }
        check.isJobToken = isJobToken(credentials, session.environment)
        let client = session.client(target.host)
        if case .failure(let error) = await TimeLimit.check.attempt({
            try await client.checkLogin()
        }) {
            check.login = error
            return check
        }
        check.accesses = await concurrently(target.repositories) { name in
            await access(Reference(host: target.host, repository: name), session)
        }
        return check
    }

    private static func access(_ reference: Reference, _ session: Session) async -> Access {
        var access = Access(repository: reference.repository)
        let pull = await TimeLimit.check.attempt {
            // Whether there is such a tag is not the question.
            _ = try await session.repository(reference).digest("latest")
        }
        if case .failure(let error) = pull { access.pull = error }
        // Longer than any request may take, so that what was opened is given up in any case.
        let push = await TimeLimit(seconds: 30).attempt {
            try await session.repository(reference, .push).checkPush()
        }
        switch push {
        case .success(let isGivenUp): access.isGivenUp = isGivenUp
        case .failure(let error): access.push = error
        }
        return access
    }

    /// Whether the secret is one that a workflow's runner gives each job.
    static func isJobToken(_ credentials: Credentials, _ environment: [String: String]) -> Bool {
        let names = ["GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN"]
        let tokens = names.compactMap { environment[$0] }.filter { !$0.isEmpty }
        return credentials.secrets.contains { tokens.contains($0) }
    }

    var diagnoses: [Diagnosis] {
        let credentials: SourcedCredentials
        switch found {
        case .success(let some): credentials = some
        case .failure(let error):
            return [
                .problem(
                    .credentials, "\(host)", error,
                    why: "no command can authenticate until this is corrected")
            ]
        }
        if let login { return [refusal(login, credentials)] }
        let account = credentials.credentials.username.map { "'\($0)', " } ?? ""
        let source = "\(account)from \(credentials.source)"
        let taken: Diagnosis = .ok(
            .credentials, "\(host)",
            credentials.credentials == .anonymous ? "none found, none needed" : "taken: \(source)")
        return [taken] + accesses.map { diagnosis(of: $0, credentials) }
    }

    private func refusal(_ error: OCIError, _ credentials: SourcedCredentials) -> Diagnosis {
        guard error.kind == .denied else {
            return .problem(
                .credentials, "\(host)", error,
                why: "nothing can be pushed before the registry and its token service answer")
        }
        if credentials.credentials == .anonymous {
            return .problem(
                .credentials, "\(host)", "wants credentials, and none were found",
                why: "nothing can be pushed, and pulled only what everybody may",
                cure: "run 'publisher login \(host)', set PUBLISHER_USERNAME and "
                    + "PUBLISHER_PASSWORD, or name variables in publisher.yaml (username-env, "
                    + "password-env) and set them")
        }
        if let end = expiry(credentials.credentials), end < now {
            let ago = Int((now - end) / 60)
            return .problem(
                .credentials, "\(host)",
                "the token from \(credentials.source) ran out \(ago) min ago",
                why: "the registry refuses it", cure: "get a new one and keep it in the same place")
        }
        return .problem(
            .credentials, "\(host)",
            "refuses the credentials from \(credentials.source)\(isOfJob ? ", the job's own token" : "")",
            why: isOfJob
                ? Self.jobTokens : "nothing can be pushed, and pulled only what everybody may",
            cure: isGitea
                ? (isOfJob ? "" : "check it there; where it is a token without a package scope, ")
                    + giteaCure
                : "check the user name and the password or token there")
    }

    private func diagnosis(of access: Access, _ credentials: SourcedCredentials) -> Diagnosis {
        let subject = "\(host)/\(access.repository)"
        guard let push = access.push else {
            if let pull = access.pull {
                return .problem(
                    .credentials, subject, "may push, not pull: \(pull.asOneLine)",
                    why: "every push is read back, which fails", cure: pull.advice ?? giteaCure)
            }
            let left =
                access.isGivenUp
                ? "" : "; an upload was opened to learn this, which the registry forgets by itself"
            return .ok(.credentials, subject, "may pull and push\(left)")
        }
        guard push.kind == .denied else {
            return .problem(
                .credentials, subject, push, why: "no upload can be begun there",
                cure: push.kind == .notFound && isGitea
                    ? "check the first part of the name: Gitea knows no such user or organisation"
                    : nil)
        }
        let isAnonymous = credentials.credentials == .anonymous
        let rights = access.pull == nil ? "may pull, not push" : "may neither pull nor push"
        return .problem(
            .credentials, subject,
            "\(rights), \(isAnonymous ? "without credentials" : "with those from \(credentials.source)")"
                + (isOfJob ? ", the job's own token" : ""),
            why: isOfJob ? Self.jobTokens : "a publish fails at its first layer",
            cure: isAnonymous
                ? "run 'publisher login \(host)', or set PUBLISHER_USERNAME and PUBLISHER_PASSWORD"
                : isGitea
                    ? giteaCure
                    : "give the account the right to push to \(access.repository), or use another")
    }

    /// The job's token on Gitea: elsewhere it may push.
    private var isOfJob: Bool { isGitea && isJobToken }

    private static let jobTokens =
        "Gitea lets the token of an Actions job pull, not push packages"

    private var giteaCure: String {
        "make a personal access token with the scope write:package (Settings, Applications), for an "
            + "account that may write to the owner's packages, and pass it as a secret of the repository"
    }

    private func expiry(_ credentials: Credentials) -> Double? {
        switch credentials {
        case .anonymous: nil
        case .basic(_, let secret), .identityToken(let secret), .bearer(let secret):
            JSONWebToken(secret)?.expiry
        }
    }
}
