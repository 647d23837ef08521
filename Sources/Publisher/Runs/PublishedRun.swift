import ArgumentParser
import Console
import ImageTags
import OCIRegistry
import RunLedger

/// The record of the job that a publish is a step of: what is published rests on what the job ran in, and
/// is recorded when it is there.
struct PublishedRun: Sendable {
    private let job: RunJob

    /// The job that has begun with `run start`; nil where it is no job, or where there is no ledger, or one
    /// that does not ask for a grade and no beginning.
    ///
    /// Throws, before anything is written: `PolicyRefusal` where what is known of the builder is not good
    /// enough for `minimum-grade`, or nothing is, ``OCIError`` where the record is not to be believed or there is no key.
    init?(_ configuration: Configuration, _ session: Session) throws {
        guard let settings = configuration.ledger,
            let run = try? RunIdentity(environment: session.environment)
        else { return nil }
        let folder = try? RunFolder(environment: session.environment)
        guard folder?.isOpen(run) == true else {
            guard let minimum = settings.minimumGrade else { return nil }
            throw PolicyRefusal(
                "nothing is recorded of what this job runs in, and the ledger wants grade "
                    + "\(minimum.rawValue)",
                advice: "let 'publisher run start' be an earlier step of the same job")
        }
        let access = try LedgerAccess(
            named: nil, configuration, environment: session.environment)
        job = try RunJob(
            access, key: try access.signingKey(try SigningOptions.parse([])), session: session)
        guard let begun = try job.begun() else { return nil }
        if let minimum = settings.minimumGrade,
            let fault = begun.record.builder.fault(below: minimum)
        {
            throw PolicyRefusal(
                "the job's record \(begun.tag) does not do for a publish: \(fault)",
                advice:
                    "'publisher run show' tells the whole of it; give the job the engine's socket, "
                    + "or lower the ledger's minimum-grade in publisher.yaml")
        }
    }

    /// Records what is there now, of publishes that are complete.
    ///
    /// Throws ``OCIError``; where the ledger cannot be reached, the record is kept for later.
    func finish(_ receipts: [PublishReceipt], quiet: Bool) async throws {
        var images: [PublishedImage] = []
        for receipt in receipts where receipt.complete {
            images += try await PublishedImage.all(of: receipt, job.session)
        }
        guard !images.isEmpty else { return }
        let outcome = try await job.finish(images.publications, bases: images.bases)
        if !quiet {
            Terminal.writeError(
                "\(outcome.signed.record.ledger):\(outcome.signed.tag): recorded, grade "
                    + "\(outcome.signed.record.builder.grade.rawValue)\n")
        }
        if let failure = outcome.failure { throw failure }
    }
}

extension Result where Failure == any Error {
    /// What comes of something that may throw, for later.
    static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
