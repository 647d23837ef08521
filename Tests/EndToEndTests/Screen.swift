/// What is to be seen on a terminal after a program has written to it: as much of ECMA-48 as
/// progress bars use.
struct Screen {
    /// The lines from the top, with what has scrolled away.
    private(set) var lines: [String] = [""]
    private(set) var codes: Set<Character> = []
    private var row = 0
    private var column = 0

    init(_ output: String) {
        var rest = Array(output.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\u{1b}" where rest.first == "[":
                rest = rest.dropFirst()
                let parameter = rest.prefix { ("0"..."9").contains($0) || $0 == ";" }
                rest = rest.dropFirst(parameter.count)
                guard let final = rest.popFirst() else { return }
                let text = String(String.UnicodeScalarView(parameter))
                control(Character(final), Int(text))
            case "\r": column = 0
            case "\n":
                row += 1
                if row == lines.count { lines.append("") }
            default: put(Character(scalar))
            }
        }
    }

    /// The lines without the empty ones at the end.
    var text: [String] {
        Array(lines.reversed().drop { $0.isEmpty }.reversed())
    }

    private mutating func put(_ character: Character) {
        var line = Array(lines[row])
        while line.count <= column { line.append(" ") }
        line[column] = character
        lines[row] = String(line)
        column += 1
    }

    private mutating func control(_ code: Character, _ parameter: Int?) {
        codes.insert(code)
        switch code {
        case "A": row = max(0, row - (parameter ?? 1))
        case "J":
            lines.removeSubrange((row + 1)...)
            lines[row] = String(lines[row].prefix(column))
        case "K": lines[row] = String(lines[row].prefix(column))
        default: break
        }
    }
}
