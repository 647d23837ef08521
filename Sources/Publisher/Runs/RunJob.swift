import FoundationEssentials
import Logging
import OCIRegistry
import RunLedger

/// A job whose beginning and end are recorded.
struct RunJob: Sendable {
    /// What became of a record.
    struct Outcome: Sendable {
        var signed: SignedRecord
        /// The digest of its manifest; nil where the ledger does not have it yet.
        var digest: Digest?
        /// Whether the ledger had it already.
        var wasThere = false
        /// Where the copy on this machine is.
        var file: String
        /// Why the ledger does not have it.
        var failure: OCIError?
    }

    /// How long after its beginning a job is still the same one. CI servers end them long before.
    private static let longest: Double = 7 * 86_400

    let session: Session
    let run: RunIdentity
    let folder: RunFolder
    let key: SigningKey
    let ledger: Ledger

    /// Throws ``OCIError``.
    init(
        _ access: LedgerAccess, key: SigningKey, publicKeys: [String] = [], session: Session
    ) throws {
        self.session = session
        run = try RunIdentity(environment: session.environment)
        folder = try RunFolder(environment: session.environment)
        self.key = key
        ledger = Ledger(
            session.repository(access.place, .push),
            keys: try access.publicKeys(publicKeys, signing: key))
    }

    /// The record that this job has begun with; nil where it has not, or one of long ago.
    ///
    /// Throws ``OCIError`` where it is not to be believed.
    func begun() throws -> SignedRecord? {
        guard let signed = try folder.openRecord(run, keys: ledger.keys) else { return nil }
        let age = Date().timeIntervalSince(signed.record.started)
        guard age < Self.longest else {
            session.logger.warning(
                "a record of \(signed.record.started.formatted(.iso8601)) is too old to be this job's"
            )
            return nil
        }
        guard signed.record.ledger == ledger.name else {
            throw OCIError(
                .configuration, "this job was begun in the ledger \(signed.record.ledger)",
                subject: ledger.name, advice: "name the same ledger in all its steps")
        }
        return signed
    }

    /// Records the beginning of the job, once however often it is asked for.
    ///
    /// Throws ``OCIError``, but not where the ledger cannot be reached: then the record waits here.
    func start(_ evidence: RunEvidence) async throws -> Outcome {
        if let begun = try begun() { return try await store(begun) }
        let record = RunRecord(
            run: run, builder: await evidence.find(), ledger: ledger.name, started: Date())
        let signed = SignedRecord(record, with: key)
        try folder.keep(signed, isPending: true)
        try folder.open(signed)
        return try await store(signed)
    }

    /// Records what the job has published. What it ran in is taken from its beginning.
    ///
    /// Throws ``OCIError``: not found where the job was not begun.
    func finish(
        _ published: [RunRecord.Publication], bases: [Reference]
    ) async throws -> Outcome {
        guard let begun = try begun() else {
            throw OCIError(
                .notFound, "this job has no record to go on from",
                subject: "\(folder.path)/\(RecordName.stem(run))open",
                advice:
                    "make 'publisher run start' its first step, in the same container or with the "
                    + "same PUBLISHER_RUN_DIR")
        }
        let beginning = try await store(begun)
        let record = begun.record.finished(
            published, bases: bases, at: Date(), previous: begun.tag)
        let signed = SignedRecord(record, with: key)
        try folder.keep(signed, isPending: true)
        if let failure = beginning.failure {
            return Outcome(
                signed: signed, file: try folder.keep(signed, isPending: true), failure: failure)
        }
        return try await store(signed)
    }

    private func store(_ signed: SignedRecord) async throws -> Outcome {
        try await RecordSender(ledger: ledger, folder: folder, logger: session.logger).send(signed)
    }
}
