/// Fills in variables, and keeps where each byte came from.
///
/// Dockerfile reference, "Environment replacement"; Compose specification, "Interpolation".
struct Expander {
    /// How text is written around variables.
    enum Dialect {
        /// Words as a shell reads them, with this byte as the escape.
        case dockerfile(escape: UInt8)
        /// Only `$$` stands for something else.
        case compose
        /// As in a value of `.env` in double quotes.
        case environment
    }

    /// Defaults that may stand in each other.
    static let depthLimit = 16
    /// Bytes that a text may grow to; a few variables of variables stand for more than memory holds.
    static let sizeLimit = 1 << 12
    /// Variables that one text may be made of.
    static let countLimit = 128

    let dialect: Dialect
    /// The variable of a name; nil where there is none.
    let variable: (String) -> Variable?

    /// Fills in the variables of a text.
    func expand(_ raw: TracedText) -> Expansion {
        let isPlain = raw.bytes.allSatisfy {
            switch $0 {
            case UInt8(ascii: "$"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"),
                UInt8(ascii: "`"):
                false
            default: true
            }
        }
        return isPlain
            ? Expansion(plain: raw)
            : expand(raw, raw.bytes.startIndex..<raw.bytes.endIndex, depth: 0)
    }

    private func expand(_ raw: TracedText, _ range: Range<Int>, depth: Int) -> Expansion {
        var result = Expansion()
        var index = range.lowerBound
        var quote: UInt8?
        var end: Place?
        var inner: [Expansion.End] = []
        func literal(_ at: Int) {
            result.text.append(raw.bytes[at], at: raw.places[at])
            end = raw.places[at].next
            inner = []
        }
        while index < range.upperBound {
            let byte = raw.bytes[index]
            let following = index + 1 < range.upperBound ? raw.bytes[index + 1] : nil
            if quote == UInt8(ascii: "'") {
                if byte == UInt8(ascii: "'") { quote = nil } else { literal(index) }
                index += 1
                continue
            }
            switch dialect {
            case .dockerfile(let escape):
                if byte == escape, let following {
                    let isEscape =
                        quote == nil || following == UInt8(ascii: "\"")
                        || following == UInt8(ascii: "$") || following == escape
                    if !isEscape { literal(index) }
                    literal(index + 1)
                    index += 2
                    continue
                }
                if byte == UInt8(ascii: "\"") || (byte == UInt8(ascii: "'") && quote == nil) {
                    quote = quote == nil ? byte : nil
                    index += 1
                    continue
                }
            case .compose:
                if byte == UInt8(ascii: "$"), following == UInt8(ascii: "$") {
                    literal(index)
                    end = raw.places[index + 1].next
                    index += 2
                    continue
                }
            case .environment:
                if byte == UInt8(ascii: "\\"), let following, following == UInt8(ascii: "$") {
                    literal(index + 1)
                    index += 2
                    continue
                }
            }
            guard byte == UInt8(ascii: "$"),
                let found = VariableSyntax(raw.bytes, at: index, before: range.upperBound)
            else {
                literal(index)
                index += 1
                continue
            }
            let part = substitute(found, raw, depth)
            result.text.append(part.text)
            result.variables.formUnion(part.variables)
            result.names += part.names.filter { !result.names.contains($0) }
            result.missing += part.missing.filter { !result.missing.contains($0) }
            result.unknown = result.unknown ?? part.unknown
            if result.text.bytes.count > Self.sizeLimit || result.variables.count > Self.countLimit
            {
                result.unknown = result.unknown ?? "$\(found.name)"
                result.text = TracedText()
                (result.variables, result.names) = ([], [])
            }
            end = raw.places[found.end - 1].next
            inner = part.text.bytes.isEmpty ? [] : part.ends
            index = found.end
        }
        if let end { result.ends = [.init(place: end, owner: nil)] + inner }
        return result
    }

    private func substitute(
        _ syntax: VariableSyntax, _ raw: TracedText, _ depth: Int
    ) -> Expansion {
        guard let form = syntax.form, depth < Self.depthLimit else {
            var result = Expansion()
            result.unknown = raw[syntax.start..<syntax.end].string
            return result
        }
        let known = variable(syntax.name)
        var result = Expansion()
        result.names = [syntax.name]
        if let known { result.variables = [known.id] }
        let value = known?.value
        // Set and empty is a value for the forms without a colon only.
        let isSet = value.map { !form.colon || !$0.text.bytes.isEmpty } ?? false
        func take(_ other: Expansion) {
            result.text = other.text
            result.ends = other.ends
            result.variables.formUnion(other.variables)
            result.names += other.names.filter { !result.names.contains($0) }
            result.missing += other.missing
            result.unknown = other.unknown
        }
        switch form.operation {
        case .plain, .required:
            if let value, form.operation == .plain || isSet {
                take(value)
            } else {
                result.missing = [syntax.name]
            }
        case .fallback:
            if isSet, let value {
                take(value)
            } else {
                take(expand(raw, syntax.word, depth: depth + 1))
            }
        case .replacement:
            if isSet { take(expand(raw, syntax.word, depth: depth + 1)) }
        }
        return result
    }
}
