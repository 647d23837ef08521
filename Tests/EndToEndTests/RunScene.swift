import Foundation
import TestSupport
import Testing

/// A ledger in a registry of its own, a key, and the program in a job of a CI.
struct RunScene {
    /// What the CI sets.
    static let job = [
        "GITHUB_SERVER_URL": "https://git.example.org", "GITHUB_REPOSITORY": "team/app",
        "GITHUB_RUN_ID": "4711", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "build",
        "GITHUB_WORKFLOW": "CI", "GITHUB_REF": "refs/heads/main", "GITHUB_EVENT_NAME": "push",
        "GITHUB_SHA": String(repeating: "ab", count: 20), "GITHUB_ACTOR": "somebody",
    ]

    let program: Program
    let host: String

    /// A job whose `publisher.yaml` names this registry's ledger.
    init(_ host: String, dialect: String = "oci", minimum: String = "D") async throws {
        self.host = host
        program = try Program(environment: Self.job)
        let made = try await program.run("run", "keygen", "ledger.key")
        try #require(made.status == 0, "\(made.stderr)")
        try program.home.write(
            "publisher.yaml",
            """
            registries:
              local: {host: "\(host)", dialect: \(dialect)}
            ledger:
              repository: local/team/runs
              signing-key-env: LEDGER_KEY
              public-keys: [ledger.key.pub]
              minimum-grade: \(minimum)

            """)
    }

    /// `HOST/REPOSITORY` of the ledger.
    var ledger: String { "\(host)/team/runs" }

    /// The private key.
    var key: String {
        get throws { String(decoding: try program.home.read("ledger.key"), as: UTF8.self) }
    }

    /// Runs a verb of `run` with the key in its variable.
    func run(_ arguments: String..., environment: [String: String] = [:]) async throws
        -> ChildResult
    {
        try await ChildProcess.run(
            program.call(
                ["run"] + arguments, ["LEDGER_KEY": try key].merging(environment) { $1 }),
            timeout: 120)
    }

    /// Begins the job in an image that the operator names.
    func start(in builder: String, _ environment: [String: String] = [:]) async throws -> String {
        let result = try await run(
            "start", "--no-engine",
            environment: ["PUBLISHER_BUILDER_IMAGE": builder].merging(environment) { $1 })
        try #require(result.status == 0, "\(result.stderr)")
        return result.firstLine
    }

    /// Pushes an image made of a seed, and gives its digest.
    func push(_ name: String, seed: UInt64) async throws -> String {
        let layout = program.home.file("layout-\(seed)")
        try OCILayout.image(.small(seed: seed), tag: "v").write(to: layout)
        let result = try await program.run("push", "oci:\(layout):v", "\(host)/\(name)")
        try #require(result.status == 0, "\(result.stderr)")
        return result.firstLine
    }

    /// The statement in a record's file.
    func statement(_ file: String) throws -> String {
        struct Envelope: Decodable { var payload: String }
        let bytes = try program.home.read(file)
        let envelope = try JSONDecoder().decode(Envelope.self, from: Data(bytes))
        return String(decoding: try #require(Data(base64Encoded: envelope.payload)), as: UTF8.self)
    }
}
