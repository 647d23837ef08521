import Console

/// Rows of text in columns, for people.
struct Table {
    private var rows: [[String]] = []

    /// Adds a row.
    mutating func add(_ cells: String...) { rows.append(cells) }
    /// Adds a row.
    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The rows, each column as wide as its widest cell.
    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += column == row.count - 1 ? cell : Sizes.pad(cell, widths[column] + 2)
            }
            return line + "\n"
        }.joined()
    }
}
