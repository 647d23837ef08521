import Foundation
import RunLedger
import TestSupport
import Testing

/// `publisher run` where something is missing, broken or forged.
@Suite struct RunFaultTests {
    private static let digest = "sha256:\(String(repeating: "0", count: 64))"

    @Test("a ledger that is down loses no record: it is kept, and sent later")
    func down() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        registry.inject(Fault(times: 1000, .status(503)))
        let started = try await scene.run(
            "start", "--no-engine", "--retry-for", "0",
            environment: ["PUBLISHER_BUILDER_IMAGE": "\(scene.host)/b@\(Self.digest)"])
        #expect(started.status == 0, "\(started.stderr)")
        #expect(started.stderr.contains("run push"))
        let finished = try await scene.run("finish", "--retry-for", "0")
        #expect(finished.status == 75, "\(finished.stderr)")
        #expect(registry.tags("team/runs").isEmpty)

        registry.clearFaults()
        let pushed = try await scene.run("push")
        #expect(pushed.status == 0, "\(pushed.stderr)")
        let sent = pushed.stdout.split(separator: "\n").map(String.init)
        #expect(sent.count == 2 && sent.contains(started.firstLine))
        #expect(Set(registry.tags("team/runs").keys) == Set(sent))
        #expect(try await scene.run("push").stdout.isEmpty)
        #expect(try await scene.run("verify").status == 0)
    }

    @Test("a job that was not begun cannot be finished")
    func notBegun() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let result = try await scene.run("finish")
        #expect(result.status == 66, "\(result.stderr)")
        expectError(result, says: ["no record to go on from", "run start"])
        #expect(registry.writes.isEmpty)
    }

    @Test("a record of the job on this machine that was changed is not gone on from")
    func tampered() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let record = try await scene.start(in: "\(scene.host)/b@\(Self.digest)")
        let path = ".local/state/publisher/runs/\(record).dsse.json"
        let text = String(decoding: try scene.program.home.read(path), as: UTF8.self)
        try scene.program.home.write(path, text.replacing("\"sig\":\"ME", with: "\"sig\":\"MF"))
        let result = try await scene.run("finish")
        #expect(result.status == 65, "\(result.stderr)")
        expectError(result, says: ["not to be believed"])
        #expect(registry.tags("team/runs").count == 1)
    }

    @Test("a record of weeks ago is another job's, whatever the environment says")
    func expired() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let old = SignedRecord(
            RunRecord(
                run: try RunIdentity(environment: RunScene.job), builder: BuilderEvidence(),
                ledger: scene.ledger, started: Date(timeIntervalSinceNow: -30 * 86_400)),
            with: try SigningKey(pem: try scene.key, source: "test"))
        let folder = RunFolder(scene.program.home.file(".local/state/publisher/runs"))
        try folder.keep(old, isPending: false)
        try folder.open(old)
        let finished = try await scene.run("finish")
        #expect(finished.status == 66, "\(finished.stderr)")
        #expect(finished.stderr.contains("too old to be this job's"))
        let record = try await scene.start(in: "\(scene.host)/b@\(Self.digest)")
        #expect(record != "\(old.tag)")
        #expect(registry.tags("team/runs").keys.sorted() == [record])
    }

    @Test("a missing, unset, wrong or malformed key is told, and never shown")
    func keys() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let unset = try await scene.run("start", environment: ["LEDGER_KEY": ""])
        #expect(unset.status == 78)
        expectError(unset, says: ["LEDGER_KEY is not set", "keygen"])
        let garbled = try await scene.run("start", environment: ["LEDGER_KEY": "s3cr3t-n0-k3y"])
        #expect(garbled.status == 78)
        #expect(!garbled.stderr.contains("s3cr3t"))
        expectError(garbled, says: ["LEDGER_KEY"])
        #expect(registry.writes.isEmpty)
        let inArgument = try await scene.run("start", "--key", "x")
        #expect(inArgument.status == 64)
    }

    @Test("the key may come from a file or from standard input")
    func keySources() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let file = try await scene.program.run(
            "run", "start", "--no-engine", "--key-file", "ledger.key")
        #expect(file.status == 0, "\(file.stderr)")
        let stdin = try await scene.program.run(
            "run", "start", "--no-engine", "--key-stdin", stdin: try scene.key,
            environment: ["GITHUB_JOB": "other"])
        #expect(stdin.status == 0, "\(stdin.stderr)")
        #expect(registry.tags("team/runs").count == 2)
        #expect(try await scene.program.run("run", "verify", "--minimum-grade", "D").status == 11)
    }

    @Test(
        "an environment that no CI sets is refused",
        arguments: [
            ["GITHUB_RUN_ID": ""], ["GITHUB_RUN_ID": "1\n2"], ["GITHUB_SHA": "main"],
            ["GITHUB_RUN_ATTEMPT": "-1"], ["GITHUB_JOB": ""],
        ])
    func environment(variables: [String: String]) async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let result = try await scene.run("start", "--no-engine", environment: variables)
        #expect(result.status == 78, "\(result.stderr)")
        expectError(result, says: [try #require(variables.keys.first)])
        #expect(registry.writes.isEmpty)
    }

    @Test("a ledger without a record is not said to be in order")
    func empty() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let result = try await scene.run("verify")
        #expect(result.status == 66)
        expectError(result, says: ["no record is in the ledger", "team/runs"])
    }

    @Test("records that were moved, forged or lost are found, each by its fault")
    func forged() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let builder = "\(scene.host)/b@\(Self.digest)"
        let first = try await scene.start(in: builder)
        let second = try await scene.start(in: builder, ["GITHUB_RUN_ID": "4712"])
        let finished = try await scene.run("finish", environment: ["GITHUB_RUN_ID": "4712"])
        try #require(finished.status == 0, "\(finished.stderr)")
        #expect(try await scene.run("verify").status == 0)

        // An older record in the place of a newer one, which the finished one goes on from.
        let tags = registry.tags("team/runs")
        registry.setTag("team/runs", second, to: tags[first])
        let moved = try await scene.run("verify")
        #expect(moved.status == 11)
        #expect(moved.stdout.contains("name  \(second)"), "\(moved.stdout)")
        #expect(moved.stdout.contains("chain  \(finished.firstLine)"), "\(moved.stdout)")
        registry.setTag("team/runs", second, to: tags[second])

        // Another key, which signs as if it were the ledger's.
        let made = try await scene.program.run("run", "keygen", "evil.key")
        try #require(made.status == 0)
        let evil = ["run", "start", "--no-engine", "--key-file", "evil.key"]
        let foreign = ["GITHUB_RUN_ID": "666"]
        let writes = registry.writes.count
        let refused = try await ChildProcess.run(scene.program.call(evil, foreign))
        #expect(refused.status == 78)
        expectError(refused, says: ["is not one of those whose records are believed"])
        #expect(registry.writes.count == writes)
        // Who means harm names no public keys.
        let text = String(decoding: try scene.program.home.read("publisher.yaml"), as: UTF8.self)
        try scene.program.home.write(
            "evil.yaml", text.replacing("  public-keys: [ledger.key.pub]\n", with: ""))
        let forged = try await ChildProcess.run(
            scene.program.call(evil + ["--config", "evil.yaml"], foreign))
        #expect(forged.status == 0, "\(forged.stderr)")
        let found = try await scene.run("verify", "--json")
        #expect(found.status == 11)
        #expect(found.stdout.contains("unknown-key"), "\(found.stdout)")
        let listed = try await scene.run("list")
        #expect(!listed.stdout.contains("run-666-") && listed.stderr.contains("run-666-"))
        #expect(try await scene.run("verify", "4711").status == 0)
        #expect(try await scene.run("verify", "4713").status == 66)
    }

    @Test("a record that was deleted is found by what an earlier export knows")
    func deleted() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host, minimum: "C")
        let builder = "\(scene.host)/b@\(Self.digest)"
        let first = try await scene.start(in: builder)
        let export = try await scene.run("export")
        try scene.program.home.write("earlier.json", export.stdout)
        _ = try await scene.start(in: builder, ["GITHUB_RUN_ID": "4712"])
        let same = try await scene.run("verify", "--earlier", "earlier.json")
        #expect(same.status == 0, "\(same.stdout)\(same.stderr)")

        // An export that tells otherwise of a record that is there.
        try scene.program.home.write(
            "other.json",
            export.stdout.replacing(
                Self.digest, with: "sha256:\(String(repeating: "1", count: 64))"))
        let other = try await scene.run("verify", "--earlier", "other.json")
        #expect(other.status == 11)
        #expect(other.stdout.contains("gone  \(first)  other.json tells otherwise"))

        registry.setTag("team/runs", first, to: nil)
        #expect(try await scene.run("verify").status == 0)
        let gone = try await scene.run("verify", "--earlier", "earlier.json")
        #expect(gone.status == 11)
        #expect(gone.stdout.contains("gone  \(first)  earlier.json has it"), "\(gone.stdout)")
        #expect(try await scene.run("verify", "4712", "--earlier", "earlier.json").status == 64)
        #expect(try await scene.run("verify", "--earlier", "publisher.yaml").status == 65)
        #expect(try await scene.run("verify", "--earlier", "none.json").status == 66)
    }

    @Test("grades that do not do fail the check, and the reason is told")
    func grades() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        _ = try await scene.start(in: "\(scene.host)/b@\(Self.digest)")
        #expect(try await scene.run("verify", "--minimum-grade", "C").status == 0)
        let result = try await scene.run("verify", "--minimum-grade", "B")
        #expect(result.status == 11)
        #expect(result.stdout.contains("grade C, not B: "))
        #expect(try await scene.run("verify", "--minimum-grade", "E").status == 64)
    }

    @Test("keygen writes over nothing, and only its owner reads the key")
    func keygen() async throws {
        let scene = try await RunScene("127.0.0.1:1")
        let again = try await scene.program.run("run", "keygen", "ledger.key")
        #expect(again.status == 64)
        let path = scene.program.home.file("ledger.key")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}
