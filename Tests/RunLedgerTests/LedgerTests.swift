import OCIRegistry
import RunLedger
import TestSupport
import Testing

@Suite("Records in a registry")
struct LedgerTests {
    private let key = SigningKey()

    private func ledger(
        _ registry: ScriptedRegistry, _ name: String = "team/runs", keys: [PublicKey]? = nil
    ) throws -> Ledger {
        var retry = RetryPolicy(attempts: 3, firstDelay: .milliseconds(1))
        retry.deadline = .seconds(5)
        let client = RegistryClient(
            host: try RegistryHost(registry.host), transport: CurlTransport(), retry: retry,
            credentials: { _, _ in .none })
        return Ledger(
            Repository(client, try RepositoryName(name), access: .push),
            keys: keys ?? [key.publicKey])
    }

    private func record(_ ledger: Ledger, run: String = "4711") throws -> SignedRecord {
        let record = RunRecord(
            run: try Sample.run(["GITHUB_RUN_ID": run]), builder: Sample.builder,
            ledger: ledger.name, started: Sample.time)
        return SignedRecord(record, with: key)
    }

    private static let dialects: [RegistryQuirks] = [RegistryQuirks(), .gitea]

    @Test("a record is stored under its own tag, read back, and found again", arguments: dialects)
    func stored(quirks: RegistryQuirks) async throws {
        let registry = try ScriptedRegistry(quirks: quirks)
        let ledger = try ledger(registry)
        let signed = try record(ledger)
        let storage = try await ledger.store(signed, subject: nil)
        #expect(!storage.wasThere)
        #expect(registry.tags("team/runs") == ["\(signed.tag)": "\(storage.digest)"])
        let found = try await ledger.entry(signed.tag)
        #expect(found?.signed == signed && found?.digest == storage.digest)
        #expect(try await ledger.tags() == [signed.tag])
        #expect(registry.openUploads.isEmpty)
    }

    @Test("the same statement again writes nothing, though its signature is another")
    func idempotent() async throws {
        let registry = try ScriptedRegistry()
        let ledger = try ledger(registry)
        let signed = try record(ledger)
        _ = try await ledger.store(signed, subject: nil)
        registry.clearRequests()
        let again = SignedRecord(signed.record, with: key)
        #expect(again.bytes != signed.bytes)
        #expect(try await ledger.store(again, subject: nil).wasThere)
        #expect(registry.writes.isEmpty)
    }

    @Test(
        "its subject is found by the referrers API, and no fallback index is written",
        arguments: dialects)
    func subject(quirks: RegistryQuirks) async throws {
        let registry = try ScriptedRegistry(quirks: quirks)
        let ledger = try ledger(registry)
        let builder = Descriptor(
            mediaType: .ociIndex, digest: Sample.digest("index"), size: 700)
        let storage = try await ledger.store(try record(ledger), subject: builder)
        let found = try await ledger.repository.referrers(
            of: builder.digest, artifactType: RecordArtifact.type)
        #expect(found.map(\.digest) == (quirks.referrersAPI ? [storage.digest] : []))
        #expect(registry.tags("team/runs").count == 1)
    }

    @Test("fifty runs at once lose nothing", arguments: dialects)
    func fifty(quirks: RegistryQuirks) async throws {
        let registry = try ScriptedRegistry(quirks: quirks)
        let ledger = try ledger(registry)
        let records = try (1...50).map { try record(ledger, run: "\($0)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for signed in records {
                group.addTask { _ = try await ledger.store(signed, subject: nil) }
            }
            try await group.waitForAll()
        }
        #expect(Set(try await ledger.tags()) == Set(records.map(\.tag)))
    }

    @Test("what does not read back as it was written is a failure")
    func forgetful() async throws {
        let registry = try ScriptedRegistry()
        let ledger = try ledger(registry)
        let signed = try record(ledger)
        registry.inject(Fault(method: "PUT", pathContains: "/manifests/", .status(201)))
        let error = await #expect(throws: OCIError.self) {
            try await ledger.store(signed, subject: nil)
        }
        #expect(error?.kind == .badData)
    }

    @Test("a store that broke off before its last request is made whole by the next one")
    func brokenOff() async throws {
        let registry = try ScriptedRegistry()
        let ledger = try ledger(registry)
        var record = try Sample.finished()
        record.ledger = ledger.name
        let signed = SignedRecord(record, with: key)
        let identity = RecordName.tag(identity: "0123456789abcdef")
        registry.inject(
            Fault(method: "PUT", pathContains: "/manifests/", skip: 1, times: 99, .status(403)))
        await #expect(throws: OCIError.self) { try await ledger.store(signed, subject: nil) }
        registry.clearFaults()
        _ = try await ledger.store(signed, subject: nil)
        #expect(Set(registry.tags("team/runs").keys) == ["\(signed.tag)", "\(identity)"])
        #expect(try await ledger.entry(identity)?.signed.record == record)
    }

    @Test("a passing fault is ridden out")
    func passing() async throws {
        let registry = try ScriptedRegistry()
        let ledger = try ledger(registry)
        registry.inject(Fault(method: "PUT", pathContains: "/manifests/", .status(502)))
        #expect(try await !ledger.store(try record(ledger), subject: nil).wasThere)
        #expect(registry.firedFaults.count == 1)
    }

    private func fault(_ ledger: Ledger, _ tag: OCIRegistry.Tag) async -> RecordFault.Kind? {
        do {
            _ = try await ledger.entry(tag)
            return nil
        } catch { return (error as? RecordFault)?.kind }
    }

    @Test("a record that was moved to another run's tag, or to another repository, is refused")
    func moved() async throws {
        let registry = try ScriptedRegistry()
        let here = try ledger(registry)
        let (old, new) = (try record(here), try record(here, run: "4712"))
        let storage = try await here.store(old, subject: nil)
        registry.setTag("team/runs", "\(new.tag)", to: "\(storage.digest)")
        #expect(await fault(here, new.tag) == .name)
        #expect(await fault(here, old.tag) == nil)

        let manifest = try #require(registry.manifest("team/runs", "\(storage.digest)"))
        registry.put(blob: RecordArtifactProbe.empty, in: "team/other")
        registry.put(blob: old.bytes, in: "team/other")
        registry.put(
            manifest: manifest, mediaType: MediaType.ociManifest.rawValue, in: "team/other",
            tags: ["\(old.tag)"])
        #expect(await fault(try ledger(registry, "team/other"), old.tag) == .elsewhere)
    }

    @Test("an image under a record's tag is no record")
    func otherKind() async throws {
        let registry = try ScriptedRegistry()
        let ledger = try ledger(registry)
        let signed = try record(ledger)
        try OCILayout.image().put(into: registry, "team/runs", tags: ["\(signed.tag)"])
        #expect(await fault(ledger, signed.tag) == .malformed)
        let error = await #expect(throws: OCIError.self) {
            try await ledger.store(signed, subject: nil)
        }
        #expect(error?.kind == .badData)
        #expect(registry.writes.isEmpty || registry.tags("team/runs").count == 1)
    }

    @Test("a record of somebody else's key is not believed, and not written over")
    func strangersKey() async throws {
        let registry = try ScriptedRegistry()
        let ours = try ledger(registry)
        let stranger = SigningKey()
        let theirs = try ledger(registry, keys: [stranger.publicKey])
        let signed = SignedRecord(try record(ours).record, with: stranger)
        _ = try await theirs.store(signed, subject: nil)
        #expect(await fault(ours, signed.tag) == .unknownKey)
        await #expect(throws: OCIError.self) {
            try await ours.store(try record(ours), subject: nil)
        }
    }
}

/// The configuration of artifacts that have none. OCI image-spec, manifest.md, "Guidance for an Empty
/// Descriptor".
enum RecordArtifactProbe {
    static let empty = Array("{}".utf8)
}
