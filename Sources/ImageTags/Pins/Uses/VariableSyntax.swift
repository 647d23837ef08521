/// One `$NAME` or `${NAME…}`, by its bytes.
struct VariableSyntax {
    enum Operation { case plain, fallback, replacement, required }

    var start: Int
    /// The byte after it.
    var end: Int
    var name: String
    /// What it does, and whether an empty value counts as none; nil for what is not known.
    var form: (operation: Operation, colon: Bool)?
    /// The word after the operator.
    var word: Range<Int>

    /// Reads what starts with the `$` at `start`; nil where that is only a dollar sign.
    init?(_ bytes: [UInt8], at start: Int, before limit: Int) {
        self.start = start
        var index = start + 1
        let isBraced = index < limit && bytes[index] == UInt8(ascii: "{")
        if isBraced { index += 1 }
        let nameStart = index
        while index < limit, Self.isOfName(bytes[index]) { index += 1 }
        name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
        word = index..<index
        guard isBraced else {
            guard !name.isEmpty else { return nil }
            end = index
            let isNumber = bytes[nameStart] <= UInt8(ascii: "9")
            form = isNumber ? nil : (.plain, false)
            return
        }
        guard let close = Self.close(bytes, from: index, before: limit) else {
            // A brace that is never closed: all of the rest.
            end = limit
            return
        }
        end = close + 1
        guard !name.isEmpty else { return }
        if index == close {
            form = (.plain, false)
            return
        }
        let colon = bytes[index] == UInt8(ascii: ":")
        if colon { index += 1 }
        guard index < close else { return }
        switch bytes[index] {
        case UInt8(ascii: "-"): form = (.fallback, colon)
        case UInt8(ascii: "+"): form = (.replacement, colon)
        case UInt8(ascii: "?"): form = (.required, colon)
        default: return
        }
        word = index + 1..<close
    }

    /// The brace that closes, others between them counted.
    private static func close(_ bytes: [UInt8], from start: Int, before limit: Int) -> Int? {
        var depth = 0
        var index = start
        while index < limit {
            if bytes[index] == UInt8(ascii: "$"), index + 1 < limit,
                bytes[index + 1] == UInt8(ascii: "{")
            {
                depth += 1
                index += 1
            } else if bytes[index] == UInt8(ascii: "}") {
                if depth == 0 { return index }
                depth -= 1
            }
            index += 1
        }
        return nil
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
            || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "_")
    }
}
