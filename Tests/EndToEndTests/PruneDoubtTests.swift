import Foundation
import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

/// `publisher prune plan` where something is in doubt: there is no plan then, or it keeps what is.
@Suite(.serialized) struct PruneDoubtTests {
    private func content() -> DatedContent {
        var content = DatedContent()
        content.image("kept", hours: 50, tags: "latest")
        for number in 0..<5 { content.image("old\(number)", hours: 900, tags: "old-\(number)") }
        return content
    }

    /// Plans with a fault, which has to strike; gives what came of it.
    private func plan(
        _ dialect: Dialect, _ fault: RegistryFault, _ check: (ChildResult) throws -> Void
    ) async throws {
        try await PruneScene.with(dialect) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            scene.server.faults.add(fault)
            let result = try await scene.prune("plan", "--out", "plan.json", "--retry-for", "0")
            #expect(!scene.server.faults.fired.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: scene.program.home.file("plan.json")))
            try check(result)
        }
    }

    @Test("an error that is no 404 stops the repository", arguments: [Dialect.oci, .gitea])
    func errors(dialect: Dialect) async throws {
        for pattern in ["HEAD /v2/**/manifests/old-3", "GET /v2/**/tags/list"] {
            let fault = RegistryFault(
                on: try RequestPattern(pattern), times: RegistryFault.always,
                .status(.serviceUnavailable))
            try await plan(dialect, fault) { #expect($0.status == 75, "\($0.stderr)") }
        }
    }

    @Test("a list of tags that is cut short stops the repository")
    func shortList() async throws {
        let list = Array(#"{"name":"team/app","tags":["latest","old-0"]}"#.utf8)
        let fault = RegistryFault(
            on: "GET /v2/**/tags/list?n=10000", times: RegistryFault.always, .replaceBody(list))
        try await plan(.oci, fault) { result in
            #expect(result.status == 76, "\(result.stderr)")
            expectError(result, says: ["cut short"])
        }
    }

    @Test("rows of Gitea's packages that do not add up stop the repository")
    func shortRows() async throws {
        let fault = RegistryFault(
            on: "GET /api/v1/packages/**", times: RegistryFault.always,
            .replaceBody(Array("[]".utf8)))
        try await plan(.gitea, fault) { #expect($0.status == 75, "\($0.stderr)") }
    }

    @Test("a manifest whose bytes do not have its digest stops the repository")
    func corrupt() async throws {
        let fault = RegistryFault(
            on: "GET /v2/**/manifests/sha256:*", times: RegistryFault.always, .corruptReply(at: 30))
        try await plan(.oci, fault) { #expect($0.status == 65, "\($0.stderr)") }
    }

    @Test("a manifest that is listed and not there stops the repository")
    func lost() async throws {
        let fault = RegistryFault(
            on: "GET /v2/**/manifests/sha256:*", times: RegistryFault.always, .status(.notFound))
        try await plan(.oci, fault) { #expect($0.status == 75, "\($0.stderr)") }
    }

    @Test("pins that cannot be found stop everything")
    func pins() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]", more: "  roots: {pins: [\"build/**\"]}\n")
            let content = content()
            try await scene.put(content)
            let refused = try await scene.prune("plan", "--out", "plan.json")
            #expect(refused.status == 78, "\(refused.stderr)")
            // A pin with its tag by a variable, a tag, and a digest that is nobody's.
            let pinned = try #require(content.repository.tags["old-1"])
            try scene.program.home.write(
                "build/Dockerfile",
                """
                FROM mirror.example/team/app:${TAG}@\(pinned)
                COPY --from=mirror.example/team/app:old-2 / /
                FROM mirror.example/team/application:old-3
                """)
            let plan = try await scene.plan()
            #expect(plan.tags == ["old-0", "old-3", "old-4"])
            let why = try await scene.prune("explain", pinned, "--plan", "plan.json")
            #expect(why.stdout.contains("pin: build/Dockerfile:1"), "\(why.stdout)")
        }
    }

    @Test("records of runs keep what they name, as long as they count")
    func ledger() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure(
                "tags: [latest]",
                more: "  roots: {ledger: 90d}\nledger: {repository: here/team/runs}\n")
            let content = content()
            try await scene.put(content)
            var records = RegistryContent.Repository()
            for (tag, run, day) in [
                ("old-1", "run-1-1-build-0a", "2026"), ("old-2", "run-2-1-build-0b", "2020"),
            ] {
                let hex = try #require(content.repository.tags[tag]).dropFirst(7)
                let statement = #"{"resolvedDependencies":[{"digest":{"sha256":"\#(hex)"}}]}"#
                let envelope = #"{"payload":"\#(Data(statement.utf8).base64EncodedString())"}"#
                let layer = records.layout.add(
                    blob: Array(envelope.utf8), mediaType: "application/vnd.dsse.envelope.v1+json")
                let created = day == "2026" ? Date.now.formatted(.iso8601) : "2020-01-01T00:00:00Z"
                let config = records.layout.add(
                    blob: Array(#"{"created":"\#(created)","run":"\#(run)"}"#.utf8),
                    mediaType: "application/vnd.oci.image.config.v1+json")
                records.tags[run] =
                    records.layout.addManifest(config: config, layers: [layer]).digest
            }
            try await RegistryContent(repositories: ["team/runs": records]).put(into: scene.host)
            let plan = try await scene.plan()
            #expect(plan.tags == ["old-0", "old-2", "old-3", "old-4"])
        }
    }

    @Test("a release of Gitea with known faults is refused")
    func faultyGitea() async throws {
        var settings = GiteaSettings()
        settings.version = .v1_25_0
        try await PruneScene.with(.gitea, gitea: settings) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            let result = try await scene.prune("plan", "--out", "plan.json")
            #expect(result.status == 10, "\(result.stderr)")
            expectError(result, says: ["several manifests under one tag", "1.25.2"])
        }
    }

    @Test("a repository that would be emptied keeps all, and the report is one file that says so")
    func neverEmpty() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [none]")
            try await scene.put(content())
            let plan = try await scene.plan("--html", "plan.html")
            #expect(plan.digests.isEmpty)
            #expect(plan.repositories[0].stopped?.contains("never emptied") == true)
            let page = String(decoding: try scene.program.home.read("plan.html"), as: UTF8.self)
            #expect(page.contains("never emptied") && page.contains("<svg"))
            for foreign in ["src=", "href=", "url(", "@import", "fetch("] {
                #expect(!page.contains(foreign), "\(foreign)")
            }
        }
    }

    @Test("a warm cache asks for no manifest again, and what is damaged in it is fetched")
    func cache() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            let first = try await scene.plan("--cache", "cache")
            let cache = scene.program.home.file("cache")
            let files =
                (FileManager.default.enumerator(atPath: cache)?.allObjects as? [String] ?? [])
                .filter { $0.split(separator: "/").count == 3 }
            #expect(files.count == 12)
            try Data("broken".utf8).write(to: URL(filePath: "\(cache)/\(files[0])"))
            scene.server.faults.add(
                RegistryFault(
                    on: "GET /v2/**/manifests/*", times: RegistryFault.always, .delay(.zero)))
            let second = try await scene.plan("--cache", "cache")
            #expect(second.digests == first.digests)
            #expect(scene.server.faults.fired.count <= 1)
        }
    }

    @Test(
        "receipts keep what they published and what their tags named before, as long as they are young"
    )
    func receipts() async throws {
        try await PruneScene.with(.oci) { scene in
            let roots = "  roots: {receipts: {files: [\"receipts/*.json\"], younger-than: 90d}}\n"
            try scene.configure("tags: [latest]", more: roots)
            let content = content()
            try await scene.put(content)
            let missing = try await scene.prune("plan", "--out", "plan.json")
            #expect(missing.status == 78, "\(missing.stderr)")
            let digests = try (0..<4).map { try #require(content.repository.tags["old-\($0)"]) }
            func receipt(_ digest: String, before: String, _ started: String) -> String {
                """
                {"type":"publisher.receipt.v1","source":"app:ci","bytesSent":0,"requests":{},\
                "started":"\(started)","seconds":1,"complete":true,"destinations":[{\
                "repository":"mirror.example/team/app","digest":"\(digest)","blobs":{},"complete":true,\
                "tags":[{"tag":"x","kind":"rolling","outcome":"moved","before":"\(before)",\
                "after":"\(digest)"}]}]}
                """
            }
            let now = Date.now.formatted(.iso8601)
            let files = ["receipts/new.json", "receipts/old.json"]
            try scene.program.home.write(files[0], receipt(digests[0], before: digests[1], now))
            try scene.program.home.write(
                files[1], receipt(digests[2], before: digests[3], "2020-01-01T00:00:00Z"))
            let plan = try await scene.plan()
            #expect(plan.tags == ["old-2", "old-3", "old-4"])
            let why = try await scene.prune("explain", "old-1", "--plan", "plan.json")
            #expect(why.stdout.contains("stays: rollback: receipts/new.json, tag x before"))
            try scene.program.home.write(files[0], "{}")
            let refused = try await scene.prune("plan", "--out", "none.json")
            #expect(refused.status == 65, "\(refused.stderr)")
        }
    }

    @Test("records of runs that cannot be read stop everything")
    func unreadableLedger() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure(
                "tags: [latest]",
                more: "  roots: {ledger: 90d}\nledger: {repository: here/team/runs}\n")
            try await scene.put(content())
            scene.server.faults.add(
                RegistryFault(
                    on: "GET /v2/team/runs/**", times: RegistryFault.always,
                    .status(.serviceUnavailable)))
            let result = try await scene.prune("plan", "--out", "plan.json", "--retry-for", "0")
            #expect(result.status == 75, "\(result.stderr)")
            #expect(!FileManager.default.fileExists(atPath: scene.program.home.file("plan.json")))
        }
    }

    @Test("plan and explain send nothing that writes", arguments: [Dialect.oci, .gitea])
    func onlyReads(dialect: Dialect) async throws {
        try await PruneScene.with(dialect) { scene in
            try scene.configure("tags: [latest]")
            try await scene.put(content())
            for method in ["POST", "PUT", "PATCH", "DELETE"] {
                scene.server.faults.add(
                    RegistryFault(
                        on: try RequestPattern(method), times: RegistryFault.always, .delay(.zero)))
            }
            #expect(try await scene.plan().digests.count == 5)
            #expect(try await scene.prune("explain", "\(scene.repository):old-1").status == 0)
            #expect(scene.server.faults.fired.isEmpty)
        }
    }

    @Test("every page is read: nothing beyond the first is overlooked")
    func pages() async throws {
        try await PruneScene.with(.gitea) { scene in
            try scene.configure("tags: [\"keep-*\"]")
            var content = DatedContent()
            for number in 0..<60 {
                content.image("k\(number)", hours: 900, tags: "keep-\(number)")
                content.image("o\(number)", hours: 900, tags: "old-\(number)")
            }
            try await scene.put(content)
            let plan = try await scene.plan()
            #expect(plan.tags == Set((0..<60).map { "old-\($0)" }))
        }
    }

    @Test("one deletion that fails hides none of the others", arguments: [Dialect.oci, .gitea])
    func partialFailure(dialect: Dialect) async throws {
        try await PruneScene.with(dialect) { scene in
            try scene.configure("tags: [latest]")
            let content = content()
            try await scene.put(content)
            try await scene.plan()
            let digest = try #require(content.repository.tags["old-2"])
            let selector = dialect == .oci ? digest : "old-2"
            scene.server.faults.add(
                RegistryFault(
                    on: try RequestPattern("DELETE /v2/**/manifests/\(selector)"),
                    .status(.badRequest)))
            let result = try await scene.prune("apply", "plan.json")
            #expect(result.status != 0, "\(result.stdout)")
            #expect(result.stdout.contains(": 4 deleted"), "\(result.stdout)")
            #expect(result.stdout.contains("failed \(digest)"), "\(result.stdout)")
            #expect(Set(try await scene.tags().keys) == ["latest", "old-2"])
            let again = try await scene.prune("apply", "plan.json")
            #expect(again.status == 0, "\(again.stderr)")
            #expect(again.stdout.contains(": 1 deleted"), "\(again.stdout)")
            #expect(Set(try await scene.tags().keys) == ["latest"])
        }
    }
}
