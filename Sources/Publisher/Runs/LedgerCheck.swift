import ArgumentParser
import Console
import FoundationEssentials
import OCIRegistry
import RunLedger

/// What is wrong with records, each by itself and in what they go on from.
struct LedgerCheck {
    /// Something that is wrong.
    struct Finding: Encodable {
        var record: String
        var kind: RecordFault.Kind
        var message: String
    }

    /// The worst grade that will do, where it matters.
    let minimum: Grade?
    /// From when on it matters.
    let since: Date?
    private var records: [Tag: RunRecord] = [:]
    private var rows: [Tag: LedgerRow] = [:]
    private var faults: [(Tag, RecordFault)] = []
    private var checked = 0

    init(minimum: Grade?, since: Date?) {
        self.minimum = minimum
        self.since = since
    }

    /// Reads records, and those that they go on from; what earlier exports know of the ledger has to be
    /// there still. Throws ``OCIError``.
    mutating func read(
        _ tags: [Tag], of ledger: Ledger, comparing exports: [EarlierExport] = []
    ) async throws {
        try await take(tags, of: ledger, keepingRows: !exports.isEmpty)
        checked = tags.count
        for export in exports { faults += export.faults(comparedWith: rows) }
        let wanted = Set(tags)
        for tag in tags where records[tag] == nil && !faults.contains(where: { $0.0 == tag }) {
            faults.append((tag, RecordFault(.chain, "it is not there")))
        }
        let before = Set(records.values.compactMap(\.previous)).subtracting(wanted)
        let found = faults.count
        try await take(Array(before), of: ledger)
        // What is wrong with those is told of those that go on from them.
        faults.removeSubrange(found...)
        for tag in tags {
            guard let record = records[tag] else { continue }
            if let fault = chainFault(record) { faults.append((tag, fault)) }
            if let minimum, since.map({ record.started >= $0 }) ?? true,
                let fault = record.builder.fault(below: minimum)
            {
                faults.append((tag, fault))
            }
        }
    }

    private mutating func take(
        _ tags: [Tag], of ledger: Ledger, keepingRows: Bool = false
    ) async throws {
        var (records, rows, faults) = (records, rows, faults)
        try await ledger.each(tags) { tag, result in
            switch result {
            case .success(let entry):
                records[tag] = entry.signed.record
                if keepingRows { rows[tag] = LedgerRow(entry.signed) }
            case .failure(let fault): faults.append((tag, fault))
            }
        }
        (self.records, self.rows, self.faults) = (records, rows, faults)
    }

    /// Whether a record goes on from the beginning of the same job, and tells the same of it.
    private func chainFault(_ record: RunRecord) -> RecordFault? {
        guard record.phase == .finished else { return nil }
        guard let previous = record.previous, let begun = records[previous] else {
            return RecordFault(
                .chain,
                "it goes on from \(record.previous.map { "\($0)" } ?? "nothing"), which is not there or "
                    + "not to be believed")
        }
        guard begun.phase == .started, begun.run == record.run, begun.builder == record.builder,
            begun.started == record.started
        else {
            return RecordFault(.chain, "it goes on from \(previous), which tells otherwise")
        }
        return nil
    }

    /// What was found, in the order of the records.
    func report(_ ledger: String) -> Report {
        Report(
            ledger: ledger, checked: checked, minimum: minimum,
            findings: faults.sorted { $0.0 < $1.0 }.map {
                Finding(record: "\($0.0)", kind: $0.1.kind, message: $0.1.message)
            })
    }

    /// What `publisher run verify` tells.
    struct Report: Encodable {
        var type = "publisher.run-verify.v1"
        let ledger: String
        let checked: Int
        let minimum: Grade?
        let findings: [Finding]

        /// Prints the findings. Throws `ExitCode` 11 where there is one.
        func deliver(_ output: OutputOptions) throws {
            if output.json {
                Terminal.write(JSON.encode(self, pretty: true) + [0x0a])
            } else {
                Terminal.write(
                    findings.map { "\($0.kind.rawValue)  \($0.record)  \($0.message)\n" }.joined())
            }
            if !output.quiet {
                let grade = minimum.map { ", grade \($0.rawValue) or better" } ?? ""
                Terminal.writeError(
                    "verify: \(checked) records of \(ledger)\(grade): "
                        + (findings.isEmpty ? "all as they should be" : "\(findings.count) faults")
                        + "\n")
            }
            if !findings.isEmpty { throw ExitCode(Outcome.foundDifference) }
        }
    }
}
