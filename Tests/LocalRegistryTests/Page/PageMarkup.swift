/// A page's tags, read strictly: what is not well formed is a fault.
struct PageMarkup {
    /// What is wrong: tags out of order, attributes without quotation marks, repeated ids.
    private(set) var faults: [String] = []
    /// Every value of an attribute, by the attribute's name.
    private(set) var attributes: [String: [String]] = [:]
    /// The names of the elements.
    private(set) var elements: Set<String> = []

    private static let void: Set<String> = ["meta", "input", "path", "rect", "br", "link"]

    init(_ html: String) {
        var open: [String] = []
        var rest = html[...]
        // By scalars: a browser does not see characters as Swift does.
        while let start = rest.unicodeScalars.firstIndex(of: "<") {
            rest = rest[rest.unicodeScalars.index(after: start)...]
            if rest.hasPrefix("!DOCTYPE html>") { continue }
            guard let tag = takeTag(&rest) else { break }
            let name = String(tag.prefix { $0 != " " && $0 != "/" })
            if tag.hasPrefix("/") {
                let closed = String(tag.dropFirst())
                if open.popLast() != closed { faults.append("</\(closed)> closes another element") }
            } else {
                elements.insert(name)
                readAttributes(tag.dropFirst(name.count))
                if !Self.void.contains(name) { open.append(name) }
                if name == "style", let end = rest.firstRange(of: "</style>") {
                    rest = rest[end.lowerBound...]
                }
            }
        }
        if !open.isEmpty { faults.append("left open: \(open)") }
        let ids = attributes["id"] ?? []
        if Set(ids).count != ids.count { faults.append("repeated ids: \(ids)") }
    }

    /// What is between `<` and the `>` that is in no attribute.
    private mutating func takeTag(_ rest: inout Substring) -> Substring? {
        var quoted = false
        guard
            let end = rest.unicodeScalars.firstIndex(where: {
                if $0 == "\"" { quoted.toggle() }
                return $0 == ">" && !quoted
            })
        else {
            faults.append("a tag has no end: \(rest.prefix(60))")
            return nil
        }
        let tag = rest[..<end]
        rest = rest[rest.unicodeScalars.index(after: end)...]
        return tag
    }

    private mutating func readAttributes(_ text: Substring) {
        var rest = text.unicodeScalars[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "/" }
            guard !rest.isEmpty else { return }
            let name = rest.prefix { $0 != "=" && $0 != " " }
            rest = rest.dropFirst(name.count)
            guard rest.starts(with: "=\"".unicodeScalars) else {
                faults.append("an attribute without a value: \(name)")
                return
            }
            rest = rest.dropFirst(2)
            let value = rest.prefix { $0 != "\"" }
            rest = rest.dropFirst(value.count + 1)
            attributes[String(Substring(name)), default: []].append(String(Substring(value)))
            if !rest.isEmpty, rest.first != " ", rest.first != "/" {
                faults.append("text after the value of \(Substring(name))")
            }
        }
    }
}
