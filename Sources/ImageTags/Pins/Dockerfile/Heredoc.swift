/// A here-document: `<<NAME`, `<<-NAME`, `3<<"NAME"`. Dockerfile reference, "Here-Documents".
struct Heredoc {
    /// The line that ends it.
    var name: [UInt8]
    /// Whether tabs before its lines do not count.
    var dropsTabs: Bool

    /// Those that an instruction starts, in order; BuildKit knows one escape here, whatever the file's.
    static func all(in line: DockerfileLine) -> [Heredoc] {
        line.words(escape: UInt8(ascii: "\\")).compactMap { Heredoc(line.bytes[$0]) }
    }

    private init?(_ word: ArraySlice<UInt8>) {
        var rest = word.drop { (0x30...0x39).contains($0) }
        guard rest.starts(with: "<<".utf8) else { return nil }
        rest = rest.dropFirst(2)
        dropsTabs = rest.first == UInt8(ascii: "-")
        if dropsTabs { rest = rest.dropFirst() }
        guard !rest.isEmpty, !rest.contains(UInt8(ascii: "<")) else { return nil }
        name = []
        var quote: UInt8?
        var isEscaped = false
        for byte in rest {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
                isEscaped = true
                continue
            } else if let open = quote {
                if byte == open {
                    quote = nil
                    continue
                }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
                continue
            }
            name.append(byte)
        }
        guard !name.isEmpty else { return nil }
    }
}
