/// A `.env` file, whose values compose fills in. Compose specification, "Env_file".
public struct EnvironmentFile: Sendable {
    /// Where it is.
    public var path: String
    /// What is in it.
    public var bytes: [UInt8]

    /// A file.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// Its variables in order, as the files' number `source`; `earlier` are those that they may use.
    func variables(source: Int, earlier: [String: Variable]) -> [Variable] {
        var known = earlier
        var variables: [Variable] = []
        var next = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        while next < bytes.count {
            let end = bytes[next...].firstIndex(of: 0x0a) ?? bytes.count
            let line = trim(next..<end)
            next = end + 1
            guard let (name, value) = Self.split(bytes, line) else { continue }
            let id = source << 24 + variables.count
            var variable = Variable(id: id, name: name)
            variable.value = expand(value, source, known).value(of: id)
            variables.append(variable)
            known[name] = variable
        }
        return variables
    }

    private func trim(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while let last = range.last, bytes[last] <= 0x20 { range = range.lowerBound..<last }
        while let first = range.first, bytes[first] <= 0x20 { range = first + 1..<range.upperBound }
        return range
    }

    private static func split(_ bytes: [UInt8], _ line: Range<Int>) -> (String, Range<Int>)? {
        var line = line
        if bytes[line].starts(with: "export ".utf8) { line = line.dropFirst(7) }
        guard let first = line.first, bytes[first] != UInt8(ascii: "#"),
            let equals = bytes[line].firstIndex(where: { "=:".utf8.contains($0) })
        else { return nil }
        let name = String(
            decoding: bytes[line.lowerBound..<equals].filter { $0 > 0x20 }, as: UTF8.self)
        return (name, equals + 1..<line.upperBound)
    }

    private func expand(_ range: Range<Int>, _ source: Int, _ known: [String: Variable])
        -> Expansion
    {
        var range = trim(range)
        var isLiteral = false
        if let first = range.first, "\"'".utf8.contains(bytes[first]) {
            let close = bytes[range.dropFirst()].firstIndex(of: bytes[first])
            isLiteral = bytes[first] == UInt8(ascii: "'")
            range = first + 1..<(close ?? range.upperBound)
        } else if let comment = range.dropFirst().first(where: {
            bytes[$0] == UInt8(ascii: "#") && bytes[$0 - 1] <= 0x20
        }) {
            range = trim(range.lowerBound..<comment)
        }
        let text = TracedText(bytes[range], source: source)
        guard !isLiteral else { return Expansion(plain: text) }
        return Expander(dialect: .environment) { known[$0] }.expand(text)
    }
}
