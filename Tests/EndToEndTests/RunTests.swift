import Foundation
import TestSupport
import Testing

/// `publisher run` with a ledger in a local registry, in both dialects.
@Suite struct RunTests {
    @Test("a job is begun, publishes, and is found by its builder", arguments: LocalSetup.open)
    func wholeLife(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let scene = try await RunScene(registry.host, dialect: setup.dialect.rawValue)
        let builder = try await scene.push("team/builder:latest", seed: 1)
        let record = try await scene.start(in: "\(scene.host)/team/builder@\(builder)")
        #expect(record.hasPrefix("run-4711-1-build-"))

        // What runs is what ran, whatever the tag names by now.
        let newer = try await scene.push("team/builder:latest", seed: 2)
        let app = try await scene.push("team/app:sha-abababa", seed: 3)
        let finished = try await scene.run(
            "finish", "--published", "\(scene.host)/team/app:sha-abababa", "--record", "run.json")
        try #require(finished.status == 0, "\(finished.stderr)")
        let statement = try scene.statement("run.json")
        #expect(statement.contains(builder.dropFirst(7)) && !statement.contains(newer.dropFirst(7)))
        #expect(statement.contains("\"grade\":\"C\""))

        let verified = try await scene.run("verify")
        #expect(verified.status == 0, "\(verified.stdout)\(verified.stderr)")
        let shown = try await scene.run("show", "4711")
        #expect(shown.stdout.contains("\(scene.ledger):\(record)"), "\(shown.stderr)")
        #expect(shown.stdout.contains("operator-variable"))
        let listed = try await scene.run("list", "--since", "1d")
        #expect(listed.stdout.split(separator: "\n").count == 3, "\(listed.stdout)")
        #expect(
            try await scene.run("list", "--since", "2100-01-01").stdout.split(separator: "\n").count
                == 1)

        // A later promotion gives it another tag.
        let promoted = try await scene.program.run(
            "promote", "\(scene.host)/team/app:sha-abababa", "--to", "2026.7.1")
        try #require(promoted.status == 0, "\(promoted.stderr)")
        for word in [builder, "\(scene.host)/team/builder@\(builder)"] {
            let uses = try await scene.run("uses", word)
            #expect(uses.stdout.contains("\(scene.host)/team/app@\(app)"), "\(uses.stderr)")
            #expect(uses.stdout.contains("2026.7.1, sha-abababa"), "\(uses.stdout)")
        }
        let other = try await scene.run("uses", newer)
        #expect(other.status == 0 && other.stdout.isEmpty, "\(other.stdout)")
        try await registry.stop()
    }

    @Test("what was published and is no longer tagged, or gone, is told so")
    func untagged() async throws {
        let registry = try await LocalRegistryServer()
        let scene = try await RunScene(registry.host)
        let builder = try await scene.push("team/builder:latest", seed: 1)
        _ = try await scene.start(in: "\(scene.host)/team/builder@\(builder)")
        let app = try await scene.push("team/app:a", seed: 3)
        let finished = try await scene.run("finish", "--published", "\(scene.host)/team/app@\(app)")
        try #require(finished.status == 0, "\(finished.stderr)")
        _ = try await scene.program.run("delete", "\(scene.host)/team/app:a")
        #expect(try await scene.run("uses", builder).stdout.contains("  untagged\n"))
        _ = try await scene.program.run("delete", "\(scene.host)/team/app@\(app)", "--with-tags")
        #expect(try await scene.run("uses", builder).stdout.contains("  gone\n"))
        try await registry.stop()
    }

    @Test("beginning twice is beginning once; another attempt is another record")
    func twice() async throws {
        let registry = try await LocalRegistryServer()
        let scene = try await RunScene(registry.host)
        let builder = "\(scene.host)/team/builder@sha256:\(String(repeating: "0", count: 64))"
        let first = try await scene.start(in: builder)
        #expect(try await scene.start(in: builder) == first)
        let next = try await scene.start(in: builder, ["GITHUB_RUN_ATTEMPT": "2"])
        #expect(next.hasPrefix("run-4711-2-build-"))
        let tags = try await scene.program.run("tags", scene.ledger)
        #expect(tags.stdout == "\(first)\n\(next)\n")
    }

    @Test("a tag is told, never recorded as what ran")
    func tagOnly() async throws {
        let registry = try await LocalRegistryServer()
        let scene = try await RunScene(registry.host)
        let builder = try await scene.push("team/builder:latest", seed: 1)
        let result = try await scene.run(
            "start", "--no-engine", "--image", "\(scene.host)/team/builder:latest", "--record",
            "r.json")
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stderr.contains("grade E") && result.stderr.contains(builder))
        let statement = try scene.statement("r.json")
        #expect(!statement.contains("builder-manifest") && !statement.contains("builder-index"))
        #expect(try await scene.run("uses", builder).stdout.isEmpty)
        let verified = try await scene.run("verify")
        #expect(verified.status == 11)
        #expect(verified.stdout.hasPrefix("grade  run-4711-1-build-"), "\(verified.stdout)")
    }

    @Test("the table is to be had as JSON, CSV and Markdown")
    func export() async throws {
        let registry = try await LocalRegistryServer()
        let scene = try await RunScene(registry.host)
        let digest = "sha256:\(String(repeating: "0", count: 64))"
        let record = try await scene.start(
            in: "\(scene.host)/b@\(digest)", ["GITHUB_JOB": "=a,|\"b"])
        let csv = try await scene.run("export", "--format", "csv")
        #expect(csv.stdout.contains("\"'=a,|\"\"b\""), "\(csv.stdout)")
        #expect(csv.stdout.hasPrefix("started,run,attempt,job,"))
        let markdown = try await scene.run("export", "--format", "markdown")
        #expect(markdown.stdout.contains("| =a,\\|\"b |"), "\(markdown.stdout)")
        struct Row: Decodable { var record: String; var manifest: String; var grade: String }
        let json = try await scene.run("export")
        let rows = try JSONDecoder().decode([Row].self, from: Data(json.output))
        #expect(rows.map(\.record) == [record] && rows.map(\.manifest) == [digest])
    }

    @Test("the index on this machine may be deleted or spoiled at any time, and saves reading")
    func index() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let digest = "sha256:\(String(repeating: "0", count: 64))"
        for run in 1...3 {
            _ = try await scene.start(in: "\(scene.host)/b@\(digest)", ["GITHUB_RUN_ID": "\(run)"])
        }
        func uses() async throws -> (lines: Int, read: Int) {
            registry.clearRequests()
            let result = try await scene.run("uses", digest)
            #expect(result.status == 0, "\(result.stderr)")
            return (
                result.stdout.split(separator: "\n").count,
                registry.count(method: "GET", pathContains: "/runs/manifests/run-")
            )
        }
        #expect(try await uses() == (4, 3))
        #expect(try await uses() == (4, 0))
        let folder = scene.program.home.file(".cache/publisher/ledgers")
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        try scene.program.home.write(".cache/publisher/ledgers/\(file)", "spoiled\n")
        #expect(try await uses() == (4, 3))
        try FileManager.default.removeItem(atPath: folder)
        #expect(try await uses() == (4, 3))
        // A record that is gone from the ledger is gone from the answer.
        for (tag, _) in registry.tags("team/runs").prefix(1) {
            registry.setTag("team/runs", tag, to: nil)
        }
        #expect(try await uses() == (3, 0))
    }

    @Test(
        "what was looked at for another builder is read again for its own, and never believed unread"
    )
    func otherBuilder() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let digests = ["0", "1"].map { "sha256:\(String(repeating: $0, count: 64))" }
        var records: [String] = []
        for (run, digest) in digests.enumerated() {
            records.append(
                try await scene.start(
                    in: "\(scene.host)/b@\(digest)", ["GITHUB_RUN_ID": "\(run)"]))
        }
        func reads(_ arguments: [String]) async throws -> (text: String, count: Int, errors: String)
        {
            registry.clearRequests()
            let result = try await ChildProcess.run(
                scene.program.call(["run"] + arguments, ["LEDGER_KEY": try scene.key]))
            return (
                result.stdout, registry.count(method: "GET", pathContains: "/runs/manifests/run-"),
                result.stderr
            )
        }
        let first = try await reads(["uses", digests[0]])
        #expect(first.count == 2 && first.text.split(separator: "\n").count == 2, "\(first)")
        let second = try await reads(["uses", digests[1]])
        #expect(second.count == 1 && second.text.split(separator: "\n").count == 2, "\(second)")
        #expect(try await reads(["list"]).count == 0)

        // An altered record is told, though it names something else than what is asked for.
        let folder = scene.program.home.file(".cache")
        try FileManager.default.removeItem(atPath: folder)
        let tags = registry.tags("team/runs")
        registry.setTag("team/runs", records[1], to: tags[records[0]])
        let altered = try await reads(["uses", digests[0]])
        #expect(altered.errors.contains("\(records[1]) is left out"), "\(altered)")
        registry.setTag("team/runs", records[1], to: tags[records[1]])
        #expect(try await reads(["list"]).count == 1)
    }
}
