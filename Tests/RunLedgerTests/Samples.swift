import FoundationEssentials
import OCIRegistry
import RunLedger

/// Values that tests start from.
enum Sample {
    static func digest(_ text: String) -> Digest { SHA2.digest(of: Array(text.utf8)) }

    static let environment = [
        "GITHUB_SERVER_URL": "https://git.example.org", "GITHUB_REPOSITORY": "team/app",
        "GITHUB_RUN_ID": "4711", "GITHUB_RUN_NUMBER": "12", "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_JOB": "build-image", "GITHUB_WORKFLOW": "CI",
        "GITHUB_WORKFLOW_REF": "team/app/.gitea/workflows/ci.yaml@refs/heads/main",
        "GITHUB_REF": "refs/heads/main", "GITHUB_SHA": String(repeating: "ab", count: 20),
        "GITHUB_EVENT_NAME": "push", "GITHUB_ACTOR": "somebody", "RUNNER_NAME": "titan 1",
    ]

    static func run(_ more: [String: String] = [:]) throws -> RunIdentity {
        try RunIdentity(environment: environment.merging(more) { $1 })
    }

    static var builder: BuilderEvidence {
        var builder = BuilderEvidence()
        builder.grade = .b
        builder.method = .engine
        builder.repository = "git.example.org/team/builder"
        builder.index = digest("index")
        builder.manifest = digest("manifest")
        builder.config = digest("config")
        builder.platform = "linux/amd64"
        builder.base = "docker.io/library/rust@\(digest("rust"))"
        builder.proof = [.init("container", "0123", from: "/proc/self/mountinfo")]
        return builder
    }

    static let ledger = "git.example.org/team/runs"
    static let time = Date(timeIntervalSince1970: 1_790_000_000)

    static func started(_ more: [String: String] = [:]) throws -> RunRecord {
        RunRecord(run: try run(more), builder: builder, ledger: ledger, started: time)
    }

    static func finished() throws -> RunRecord {
        let started = try started()
        return started.finished(
            [
                RunRecord.Publication(
                    repository: "git.example.org/team/app", digest: digest("app"),
                    mediaType: .ociManifest, size: 500, tags: ["latest", "sha-abababa"],
                    identity: "0123456789abcdef")
            ],
            bases: [try Reference(parsing: "git.example.org/base@\(digest("base"))")],
            at: time.addingTimeInterval(60.7),
            previous: RecordName.tag(started.run, payload: started.statement.bytes))
    }
}
