import OCIRegistry
import TestSupport
import Testing

@testable import RunLedger

@Suite("The index on this machine")
struct LedgerIndexTests {
    private let key = SigningKey()

    private func row(_ job: String) throws -> LedgerRow {
        var record = try Sample.finished()
        record.run.job = job
        return LedgerRow(SignedRecord(record, with: key))
    }

    @Test("a row comes back from its line", arguments: ["build", "a\tb", "ä%20\n", "x;y=z@a,b"])
    func lines(job: String) throws {
        let row = try row(job)
        #expect(!row.line.contains("\n"))
        #expect(LedgerRow(line: row.line) == row)
    }

    @Test(
        "garbage is no row", arguments: ["", "\t", "a\tb\tc", String(repeating: "\t", count: 15)])
    func garbage(line: String) {
        #expect(LedgerRow(line: line) == nil)
    }

    @Test("rows are kept for a ledger and its keys alone, and found by a digest that they name")
    func file() throws {
        let folder = try TemporaryFolder()
        var index = LedgerIndex(
            folder: folder.file("x"), ledger: Sample.ledger, keys: [key.publicKey])
        let row = try row("build")
        let sealed = try OCIRegistry.Tag("run-1-1-other-01234567")
        let hex = Sample.digest("elsewhere").hex
        index.update(keeping: nil, adding: [.row(row), .sealed(sealed, hex)])
        let again = LedgerIndex(
            folder: folder.file("x"), ledger: Sample.ledger, keys: [key.publicKey])
        let lines = again.lines()
        #expect(lines.map(\.tag) == ["\(row.tag)", "\(sealed)"])
        func known(_ line: Int, _ digest: Digest?) -> LedgerIndex.Entry? {
            again.entry(lines[line].place, naming: digest.map { [Array($0.hex.utf8)] })
        }
        for digest in [nil, Sample.digest("app")] {
            guard case .row(row)? = known(0, digest) else {
                Issue.record("the row is not found by \(digest as Any)")
                continue
            }
        }
        // What is not named is known of both; more than that of the one that was read to the end alone.
        for line in [0, 1] {
            guard case .other? = known(line, Sample.digest("unknown")) else {
                Issue.record("\(line)")
                continue
            }
        }
        for digest in [nil, Sample.digest("elsewhere")] {
            if let entry = known(1, digest) { Issue.record("\(entry)") }
        }
        let other = LedgerIndex(
            folder: folder.file("x"), ledger: "other.example.org/runs", keys: [key.publicKey])
        #expect(other.lines().isEmpty)
        let stranger = LedgerIndex(
            folder: folder.file("x"), ledger: Sample.ledger, keys: [SigningKey().publicKey])
        #expect(stranger.lines().isEmpty)
    }
}
