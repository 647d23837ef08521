import OCIRegistry
import RunLedger

/// Which records of a ledger a command is about.
struct RecordSelection {
    let ledger: Ledger

    /// The tags that the words stand for, each a record's tag or a run's id.
    ///
    /// Throws ``OCIError``: not found for one that stands for nothing.
    func tags(_ words: [String]) async throws -> [Tag] {
        var all: [Tag]?
        var chosen: [Tag] = []
        for word in words {
            if let tag = try? Tag(word), RecordName.isRecord(tag) {
                chosen.append(tag)
                continue
            }
            if all == nil { all = try await ledger.tags() }
            let prefix = RecordName.prefix(run: word)
            let found = (all ?? []).filter { $0.description.hasPrefix(prefix) }
            guard !found.isEmpty else {
                throw OCIError(
                    .notFound, "there is no record of the run \(word)", subject: ledger.name,
                    advice: "'publisher run list' shows what there is")
            }
            chosen += found
        }
        var seen: Set<Tag> = []
        return chosen.filter { seen.insert($0).inserted }
    }
}
