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
        index.update(keeping: nil, adding: [row])
        let again = LedgerIndex(
            folder: folder.file("x"), ledger: Sample.ledger, keys: [key.publicKey])
        let line = try #require(again.lines().first)
        #expect(again.lines().count == 1 && line.tag == "\(row.tag)")
        #expect(again.row(line.place, holding: nil) == row)
        let app = Array("\(Sample.digest("app"))".utf8)
        #expect(again.row(line.place, holding: [app]) == row)
        #expect(again.row(line.place, holding: [Array("sha256:00".utf8)]) == nil)
        let other = LedgerIndex(
            folder: folder.file("x"), ledger: "other.example.org/runs", keys: [key.publicKey])
        #expect(other.lines().isEmpty)
        let stranger = LedgerIndex(
            folder: folder.file("x"), ledger: Sample.ledger, keys: [SigningKey().publicKey])
        #expect(stranger.lines().isEmpty)
    }
}
