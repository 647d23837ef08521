import FoundationEssentials
import OCIRegistry
import RunLedger
import Testing

@Suite("Records as statements")
struct RunRecordTests {
    @Test("a record comes back from its statement")
    func roundTrip() throws {
        for record in [try Sample.started(), try Sample.finished()] {
            #expect(try RunRecord(payload: record.statement.bytes) == record)
        }
    }

    @Test("a record of a bare environment comes back too")
    func bare() throws {
        let run = try RunIdentity(environment: ["GITHUB_RUN_ID": "1", "GITHUB_JOB": "a b"])
        let record = RunRecord(
            run: run, builder: BuilderEvidence(), ledger: Sample.ledger, started: Sample.time)
        #expect(try RunRecord(payload: record.statement.bytes) == record)
    }

    @Test("the same record has the same bytes")
    func stableBytes() throws {
        #expect(try Sample.finished().statement.bytes == Sample.finished().statement.bytes)
    }

    @Test("subjects are what was published; before that the run itself, never the builder")
    func subjects() throws {
        let begun = try Sample.started().statement
        #expect(begun.subject.map(\.name) == [begun.predicate.runDetails.metadata.invocationId])
        #expect(begun.subject.first?.contentDigest != Sample.builder.digest)
        let done = try Sample.finished().statement
        #expect(done.subject.map(\.contentDigest) == [Sample.digest("app")])
    }

    @Test("the dependencies name the builder three times, the commit and the base images")
    func dependencies() throws {
        let definition = try Sample.finished().statement.predicate.buildDefinition
        let found = definition.resolvedDependencies
        #expect(
            found.map(\.name) == [
                "builder-index", "builder-manifest", "builder-config", "source", "builder-base",
                "base",
            ])
        #expect(found[0].uri == "oci://git.example.org/team/builder@\(Sample.digest("index"))")
        #expect(found[3].uri == "git+https://git.example.org/team/app@refs/heads/main")
        #expect(found[3].digest == ["gitCommit": String(repeating: "ab", count: 20)])
    }

    @Test("the builder of the run is the platform, with its runner")
    func platform() throws {
        let details = try Sample.started().statement.predicate.runDetails
        #expect(details.builder.id == "https://git.example.org/actions/runners/titan%201")
        #expect(
            details.metadata.invocationId
                == "https://git.example.org/team/app/actions/runs/4711/attempts/2/jobs/build-image")
        #expect(details.metadata.startedOn == "2026-09-21T14:13:20Z")
    }

    @Test("a record that goes on says what ran, and which record it goes on from")
    func goesOn() throws {
        let begun = try Sample.started()
        let done = try Sample.finished()
        #expect(done.builder == begun.builder)
        #expect(done.previous == RecordName.tag(begun.run, payload: begun.statement.bytes))
        #expect(done.started == begun.started)
    }

    @Test(
        "a statement of another kind, or with parameters that are not known, is refused",
        arguments: [
            (#""https://in-toto.io/Statement/v1""#, #""https://in-toto.io/Statement/v0.1""#),
            (#""https://slsa.dev/provenance/v1""#, #""https://slsa.dev/provenance/v0.2""#),
            (#""urn:publisher:ci-run:v1""#, #""urn:other""#),
            (#""job":"build-image""#, #""job":"build-image","extra":1"#),
            (#""path":".gitea/"#, #""unknown":1,"path":".gitea/"#),
        ])
    func otherKinds(old: String, new: String) throws {
        let text = String(decoding: try Sample.started().statement.bytes, as: UTF8.self)
        try #require(text.contains(old))
        let other = text.replacing(old, with: new)
        let fault = #expect(throws: RecordFault.self) {
            try RunRecord(payload: Array(other.utf8))
        }
        #expect(fault?.kind == .malformed)
    }

    @Test("a statement whose parts contradict each other is refused")
    func contradiction() throws {
        var statement = try Sample.finished().statement
        statement.predicate.buildDefinition.resolvedDependencies[0].digest = [
            "sha256": Sample.digest("evil").hex
        ]
        let bytes = statement.bytes
        let fault = #expect(throws: RecordFault.self) { try RunRecord(payload: bytes) }
        #expect(fault?.kind == .malformed)
    }
}

@Suite("The environment of a run")
struct RunIdentityTests {
    @Test("everything that the CI sets is taken over")
    func complete() throws {
        let run = try Sample.run()
        #expect(run.id == "4711" && run.attempt == 2 && run.job == "build-image")
        #expect(run.workflowPath == ".gitea/workflows/ci.yaml")
        #expect(run.repositoryURL == "https://git.example.org/team/app")
    }

    @Test("an attempt that is not told is the first")
    func firstAttempt() throws {
        #expect(try Sample.run(["GITHUB_RUN_ATTEMPT": ""]).attempt == 1)
    }

    @Test(
        "what no CI sets is refused, by the variable's name",
        arguments: [
            ("GITHUB_RUN_ID", ""), ("GITHUB_RUN_ID", "1-2"), ("GITHUB_RUN_ID", "1\n2"),
            ("GITHUB_RUN_ID", String(repeating: "1", count: 41)), ("GITHUB_JOB", ""),
            ("GITHUB_JOB", "a\u{1b}[2J"), ("GITHUB_RUN_ATTEMPT", "0"),
            ("GITHUB_RUN_ATTEMPT", "two"), ("GITHUB_SHA", "HEAD"), ("GITHUB_REF", "main"),
            ("GITHUB_SERVER_URL", "git.example.org"),
            ("GITHUB_SERVER_URL", "https://user:secret@git.example.org"),
        ])
    func malformed(name: String, value: String) throws {
        let error = #expect(throws: OCIError.self) { try Sample.run([name: value]) }
        #expect(error?.kind == .configuration)
        let told = try #require(error).description
        #expect(told.contains(name) && !told.contains("secret") && !told.contains("\u{1b}"))
    }
}

@Suite("Names of records")
struct RecordNameTests {
    @Test("run, attempt, job and the statement's hash make the name")
    func name() throws {
        let record = try Sample.started()
        let payload = record.statement.bytes
        let hash = SHA2.digest(of: payload).hex.prefix(8)
        let tag = RecordName.tag(record.run, payload: payload)
        #expect(tag.description == "run-4711-2-build-image-\(hash)")
        #expect(RecordName.isRecord(tag))
        #expect(tag.description.hasPrefix(RecordName.prefix(run: "4711")))
    }

    @Test(
        "any job gives a legal tag in lower case",
        arguments: [
            "", "Build / Linux (x64)", "größe", String(repeating: "x", count: 200), "-", "a--b",
        ])
    func jobs(job: String) throws {
        var run = try Sample.run()
        run.job = job
        run.id = String(repeating: "9", count: 40)
        run.attempt = 4_294_967_295
        let tag = RecordName.tag(run, payload: [1])
        #expect(tag.description == tag.description.lowercased())
        #expect(RecordName.isRecord(tag))
    }

    @Test(
        "other tags are no records",
        arguments: [
            "latest", "run-1", "run-1-x-job-01234567", "run-1-1-job-0123456x", "sha-0123456",
        ])
    func others(text: String) throws {
        #expect(!RecordName.isRecord(try OCIRegistry.Tag(text)))
    }
}
