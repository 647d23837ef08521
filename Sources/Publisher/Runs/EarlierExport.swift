import OCIRegistry
import RunLedger

/// What a ledger held when it was exported: who deletes a record, or writes another one in its place, has
/// to change the export too.
struct EarlierExport: Sendable {
    /// Bytes that an export may have.
    private static let limit = 256 << 20

    private let file: String
    private let rows: [(tag: Tag, row: [String: JSONValue])]

    /// Reads what `run export` has written. Throws ``OCIError``: not found, or bad data.
    init(file: String) throws(OCIError) {
        guard let (bytes, _) = try LocalFile.read(file, limit: Self.limit) else {
            throw OCIError(.notFound, "there is no such file", subject: file)
        }
        let rows = try JSON.decode([[String: JSONValue]].self, from: bytes, what: file)
        self.file = file
        var known: [(tag: Tag, row: [String: JSONValue])] = []
        for row in rows {
            guard let text = row["record"]?.string, let tag = try? Tag(text) else {
                throw OCIError(
                    .badData, "this is no export of a ledger", subject: file,
                    advice: "'publisher run export' writes one, in JSON")
            }
            known.append((tag, row))
        }
        self.rows = known
    }

    /// What the ledger has no more, or otherwise. What a later release tells besides is no fault.
    func faults(comparedWith now: [Tag: LedgerRow]) -> [(Tag, RecordFault)] {
        rows.compactMap { tag, row in
            guard let current = now[tag] else {
                return (
                    tag,
                    RecordFault(.gone, "\(file) has it, and it is not there or not to be believed")
                )
            }
            let told = (try? JSON.decode(JSONValue.self, from: JSON.encode(current), what: ""))?
                .object
            let isSame = row.allSatisfy { told?[$0.key] == $0.value }
            return isSame ? nil : (tag, RecordFault(.gone, "\(file) tells otherwise of it"))
        }
    }
}
