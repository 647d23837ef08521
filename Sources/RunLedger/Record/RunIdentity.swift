import ImageTags
public import OCIRegistry

/// Which job of which run of which workflow it is.
public struct RunIdentity: Sendable, Hashable, Codable {
    /// The CI server's URL: `https://git.example.org`.
    public var server: String?
    /// The git repository on it: `OWNER/NAME`.
    public var repository: String?
    /// The run's id.
    public var id: String
    /// Which attempt at the run it is, from 1.
    public var attempt: Int
    /// The job.
    public var job: String
    /// The run's number within its workflow.
    public var number: String?
    /// The workflow's name.
    public var workflow: String?
    /// The workflow's file within the repository.
    public var workflowPath: String?
    /// The git ref.
    public var ref: String?
    /// The commit.
    public var revision: String?
    /// What set it off.
    public var event: String?
    /// Who set it off.
    public var actor: String?
    /// The runner's name.
    public var runner: String?

    /// A job of a run.
    public init(id: String, attempt: Int = 1, job: String) {
        self.id = id
        self.attempt = attempt
        self.job = job
    }

    /// The job that the environment tells of. Gitea and Forgejo set the names of GitHub.
    ///
    /// Throws ``OCIError`` (configuration) where there is no run, or a variable holds what it cannot.
    public init(environment: [String: String]) throws(OCIError) {
        let variables = RunVariables(environment)
        guard let id = try variables.text("GITHUB_RUN_ID", limit: 40) else {
            throw OCIError(
                .configuration, "there is no CI run here: GITHUB_RUN_ID is not set",
                advice: "run it in a job of Gitea, Forgejo or GitHub Actions; elsewhere set "
                    + "GITHUB_RUN_ID and GITHUB_JOB to what names the run")
        }
        guard id.utf8.allSatisfy({ Self.isWord($0) }) else {
            throw RunVariables.error("GITHUB_RUN_ID", id, "an id: letters, digits, '.' and '_'")
        }
        guard let job = try variables.text("GITHUB_JOB", limit: 200) else {
            throw OCIError(
                .configuration, "there is no job here: GITHUB_JOB is not set",
                advice: "set it to what names the job")
        }
        let attempt = try variables.text("GITHUB_RUN_ATTEMPT", limit: 10) ?? "1"
        guard let attempt = Int(attempt), attempt >= 1 else {
            throw RunVariables.error("GITHUB_RUN_ATTEMPT", attempt, "a number from 1")
        }
        self.init(id: id, attempt: attempt, job: job)
        server = try variables.url("GITHUB_SERVER_URL")
        repository = try variables.text("GITHUB_REPOSITORY")
        number = try variables.text("GITHUB_RUN_NUMBER", limit: 40)
        workflow = try variables.text("GITHUB_WORKFLOW")
        ref = try variables.checked("GITHUB_REF") { (text) throws(OCIError) in
            try GitRef(text).description
        }
        revision = try variables.checked("GITHUB_SHA") { (text) throws(OCIError) in
            try Revision(text).description
        }
        event = try variables.text("GITHUB_EVENT_NAME")
        actor = try variables.text("GITHUB_ACTOR")
        runner = try variables.text("RUNNER_NAME")
        workflowPath = Self.path(in: try variables.text("GITHUB_WORKFLOW_REF"), of: repository)
    }

    /// The URL of the git repository.
    public var repositoryURL: String? {
        guard let server, let repository else { return nil }
        return "\(server)/\(repository)"
    }

    /// The job of the run, as one URI.
    public var invocation: String {
        let run =
            "actions/runs/\(id)/attempts/\(attempt)/jobs/\(PercentEncoding.encode(job, keeping: ""))"
        return repositoryURL.map { "\($0)/\(run)" } ?? "urn:publisher:\(run)"
    }

    /// The platform that ran it, as one URI.
    public var platform: String {
        let server = server ?? "urn:publisher:unknown-server"
        return runner.map { "\(server)/actions/runners/\(PercentEncoding.encode($0, keeping: ""))" }
            ?? "\(server)/actions"
    }

    /// `OWNER/NAME/PATH@REF`, as GitHub tells it.
    private static func path(in text: String?, of repository: String?) -> String? {
        guard let text, let repository, text.hasPrefix(repository + "/"),
            let at = text.firstIndex(of: "@")
        else { return nil }
        return String(text[..<at].dropFirst(repository.count + 1))
    }

    static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
            || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_")
    }
}

/// Variables of a run, looked over.
private struct RunVariables {
    private let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    /// The text of a variable; nil where it is not set or empty.
    func text(_ name: String, limit: Int = 1024) throws(OCIError) -> String? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        guard text.utf8.count <= limit,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else {
            throw Self.error(name, text, "one line of at most \(limit) bytes")
        }
        return text
    }

    func url(_ name: String) throws(OCIError) -> String? {
        guard var text = try text(name) else { return nil }
        let rest = text.hasPrefix("https://") ? text.dropFirst(8) : text.dropFirst(7)
        let isURL = text.hasPrefix("https://") || text.hasPrefix("http://")
        // What stands before an @ could be a password.
        guard isURL, !rest.isEmpty, !rest.contains("@"), !rest.contains(" ") else {
            throw OCIError(
                .configuration, "\(name) is no server's URL",
                advice: "it is https://HOST, without a user's name")
        }
        while text.last == "/" { text.removeLast() }
        return text
    }

    func checked(
        _ name: String, _ check: (String) throws(OCIError) -> String
    ) throws(OCIError) -> String? {
        guard let text = try text(name) else { return nil }
        do {
            return try check(text)
        } catch {
            throw OCIError(
                .configuration, "\(name): \(error.message)", advice: error.advice)
        }
    }

    static func error(_ name: String, _ text: String, _ wanted: String) -> OCIError {
        let shown = String(
            text.prefix(60).unicodeScalars.map { $0.value < 0x20 ? "?" : Character($0) })
        return OCIError(
            .configuration, "\(name) is '\(shown)', which no CI sets", advice: "it is \(wanted)")
    }
}
