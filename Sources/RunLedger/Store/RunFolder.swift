public import OCIRegistry
import FoundationEssentials

/// The folder in which the steps of a job find the job's record, and in which records wait for their
/// ledger. Files are the owner's alone.
public struct RunFolder: Sendable {
    /// The folder.
    public let path: String

    /// A folder that is named.
    public init(_ path: String) { self.path = path }

    /// The folder of `PUBLISHER_RUN_DIR`, else one in the runner's folder for the job, else one in the
    /// user's own. Throws ``OCIError`` (configuration) where there is none of these.
    public init(environment: [String: String]) throws(OCIError) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        if let named = value("PUBLISHER_RUN_DIR") {
            path = named
        } else if let runner = value("RUNNER_TEMP") {
            path = runner + "/publisher-run"
        } else if let state = value("XDG_STATE_HOME") ?? value("HOME").map({ $0 + "/.local/state" })
        {
            path = state + "/publisher/runs"
        } else {
            throw OCIError(
                .configuration, "there is no folder for the run's record",
                advice: "set PUBLISHER_RUN_DIR to one of this user's own, by its full path")
        }
    }

    private static let advice = "let this user write it, or set PUBLISHER_RUN_DIR to another folder"

    /// Keeps a record of a job; `isPending` where the ledger does not have it yet.
    ///
    /// Throws ``OCIError`` (configuration) where it cannot be written.
    @discardableResult
    public func keep(_ signed: SignedRecord, isPending: Bool) throws -> String {
        let kept = file(signed.tag, isPending: false)
        try LocalFile.replace(kept, with: signed.bytes, advice: Self.advice)
        if isPending {
            try LocalFile.replace(
                file(signed.tag, isPending: true), with: signed.bytes, advice: Self.advice)
        } else {
            try? FileManager.default.removeItem(atPath: file(signed.tag, isPending: true))
        }
        return kept
    }

    /// Makes a record of a beginning the one that later steps go on from.
    public func open(_ signed: SignedRecord) throws {
        try LocalFile.replace(
            openFile(signed.record.run), with: Array("\(signed.tag)\n".utf8), advice: Self.advice)
    }

    /// Whether a job has begun here, whatever its record is worth.
    public func isOpen(_ run: RunIdentity) -> Bool {
        FileManager.default.fileExists(atPath: openFile(run))
    }

    /// The record that this job goes on from; nil where none was begun.
    ///
    /// Throws ``OCIError`` (bad data) where it is not one of this very job, signed by one of these keys.
    public func openRecord(_ run: RunIdentity, keys: [PublicKey]) throws -> SignedRecord? {
        guard let (bytes, _) = try LocalFile.read(openFile(run)) else { return nil }
        let place = openFile(run)
        do {
            let tag = try Tag(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
            guard let (envelope, _) = try LocalFile.read(file(tag, isPending: false)) else {
                throw RecordFault(.chain, "its file is gone")
            }
            let signed = try SignedRecord(bytes: envelope, tag: tag, ledger: nil, keys: keys)
            guard signed.record.run == run, signed.record.phase == .started else {
                throw RecordFault(.name, "it is of another job: \(signed.record.run.invocation)")
            }
            return signed
        } catch let fault as RecordFault {
            throw OCIError(
                .badData,
                "the record that this job began with is not to be believed: \(fault.message)",
                subject: place,
                advice: "run 'publisher run start' again, with the key of this ledger")
        }
    }

    /// Records that the ledger does not have yet, the oldest name first.
    public func pending() throws -> [(tag: Tag, bytes: [UInt8])] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return try names.filter { $0.hasSuffix(Self.pendingSuffix) }.sorted().compactMap { name in
            guard let tag = try? Tag(name.dropLast(Self.pendingSuffix.count)),
                let (bytes, _) = try LocalFile.read("\(path)/\(name)")
            else { return nil }
            return (tag, bytes)
        }
    }

    private static let suffix = ".dsse.json"
    private static let pendingSuffix = ".pending"

    private func file(_ tag: Tag, isPending: Bool) -> String {
        "\(path)/\(tag)\(isPending ? Self.pendingSuffix : Self.suffix)"
    }

    private func openFile(_ run: RunIdentity) -> String {
        "\(path)/\(RecordName.stem(run))open"
    }
}
