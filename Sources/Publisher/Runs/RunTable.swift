import FoundationEssentials
import OCIRegistry
import RunLedger

/// Rows of a ledger as a table, in the forms in which it is asked for.
struct RunTable: Sendable {
    static let heading = [
        "started", "run", "attempt", "job", "phase", "grade", "method", "builder", "commit",
        "published", "record",
    ]

    let rows: [LedgerRow]

    private func cells(_ row: LedgerRow, full: Bool) -> [String] {
        let builder = row.builderDigest.map { digest in
            "\(row.builder ?? "")@\(full ? "\(digest)" : digest.short)"
        }
        let published = row.published.map { image in
            "\(image.repository)@\(full ? "\(image.digest)" : image.digest.short)"
        }
        let commit = row.revision ?? ""
        return [
            row.started.formatted(.iso8601), row.run, "\(row.attempt)", row.job, row.phase.rawValue,
            row.grade.rawValue + (row.isContradicted ? "!" : ""), row.method.rawValue,
            builder ?? "-", full ? commit : String(commit.prefix(7)),
            published.isEmpty ? "-" : published.joined(separator: " "), "\(row.tag)",
        ]
    }

    /// Columns for people.
    var text: String {
        var table = Table()
        table.add(["STARTED", "RUN", "JOB", "GRADE", "BUILDER", "PUBLISHED", "RECORD"])
        for row in rows {
            let cells = cells(row, full: false)
            table.add([
                cells[0], "\(cells[1])/\(cells[2])", cells[3], cells[5], cells[7], cells[9],
                cells[10],
            ])
        }
        return table.text
    }

    /// RFC 4180. A text that a spreadsheet would take for a formula is given an apostrophe.
    var csv: String {
        func field(_ text: String) -> String {
            let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false && text != "-"
            let plain = isFormula ? "'\(text)" : text
            let needsQuotes = plain.contains { ",\"\r\n".contains($0) }
            return needsQuotes ? "\"\(plain.replacing("\"", with: "\"\""))\"" : plain
        }
        let lines = [Self.heading] + rows.map { cells($0, full: true) }
        return lines.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A table of GitHub Flavored Markdown.
    var markdown: String {
        func cell(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("|", with: "\\|").replacing(
                "<", with: "&lt;")
        }
        let lines =
            [Self.heading, Self.heading.map { _ in "---" }]
            + rows.map { cells($0, full: true).map(cell) }
        return lines.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }

    /// One JSON document.
    var json: [UInt8] { JSON.encode(rows, pretty: true) + [0x0a] }
}
