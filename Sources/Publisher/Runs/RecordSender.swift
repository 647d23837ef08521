import Logging
import OCIRegistry
import RunLedger

/// Puts records in their ledger; those for which it cannot be reached are kept for later.
struct RecordSender: Sendable {
    let ledger: Ledger
    let folder: RunFolder
    let logger: Logger

    /// Sends a record. Throws ``OCIError``, but not where the ledger cannot be reached.
    func send(_ signed: SignedRecord) async throws -> RunJob.Outcome {
        let subject = signed.record.published.first?.descriptor ?? signed.record.builder.descriptor
        do {
            let storage = try await ledger.store(signed, subject: subject)
            return RunJob.Outcome(
                signed: signed, digest: storage.digest, wasThere: storage.wasThere,
                file: try folder.keep(signed, isPending: false))
        } catch let error as OCIError where [.unreachable, .temporary].contains(error.kind) {
            return RunJob.Outcome(
                signed: signed, file: try folder.keep(signed, isPending: true), failure: error)
        }
    }

    /// Sends what waits in the folder; what is another ledger's, or signed with another key than is trusted
    /// here, is left where it is.
    func pushPending() async throws -> [RunJob.Outcome] {
        var outcomes: [RunJob.Outcome] = []
        for (tag, bytes) in try folder.pending() {
            do {
                outcomes.append(
                    try await send(
                        SignedRecord(
                            bytes: bytes, tag: tag, ledger: ledger.name, keys: ledger.keys)))
            } catch let fault as RecordFault {
                logger.warning("\(folder.path)/\(tag) is left where it is: \(fault)")
            }
        }
        return outcomes
    }

    /// Sends what files hold. Throws ``OCIError`` (bad data) for one that is not to be believed.
    func push(files: [String]) async throws -> [RunJob.Outcome] {
        var records: [SignedRecord] = []
        for path in files {
            guard let (bytes, _) = try LocalFile.read(path) else {
                throw OCIError(.notFound, "there is no such file", subject: path)
            }
            do {
                records.append(
                    try SignedRecord(
                        bytes: bytes, tag: nil, ledger: ledger.name, keys: ledger.keys))
            } catch {
                throw OCIError(
                    .badData, "the record is not to be believed: \(error)", subject: path)
            }
        }
        var outcomes: [RunJob.Outcome] = []
        for record in records { outcomes.append(try await send(record)) }
        return outcomes
    }
}

extension RunRecord.Publication {
    /// The descriptor, where all of it is known.
    fileprivate var descriptor: Descriptor? {
        guard let mediaType, let size else { return nil }
        return Descriptor(mediaType: mediaType, digest: digest, size: size)
    }
}
