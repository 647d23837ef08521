/// What looks like an alias of YAML: `*name`, where `&name` stands too.
///
/// It has to be found in the text, before anything is parsed: ten lines of aliases of aliases stand for
/// more than any machine can hold, and a parser that meets them in a key unfolds them all.
struct Alias {
    /// The name.
    let name: String
    /// The line of `&name`, from 1.
    let line: Int

    /// The first in a text; none is missed, and what stands in quotes or a comment counts too.
    init?(in text: String) {
        var anchors: [String: Int] = [:]
        var aliases: Set<String> = []
        var line = 1
        var before = UInt8(ascii: "\n")
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            // After one of these it goes on with what it is in.
            let starts = !Self.isOfName(before) && !"/=.".utf8.contains(before)
            before = byte
            guard starts, byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") else { continue }
            let name = rest.prefix(while: Self.isOfName)
            guard !name.isEmpty else { continue }
            let text = String(decoding: name, as: UTF8.self)
            if byte == UInt8(ascii: "*") {
                aliases.insert(text)
            } else if anchors[text] == nil {
                anchors[text] = line
            }
        }
        let first = anchors.filter { aliases.contains($0.key) }.min { $0.value < $1.value }
        guard let first else { return nil }
        (name, self.line) = (first.key, first.value)
    }

    /// The characters that the name of an anchor may have for libyaml.
    private static func isOfName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
            || (0x61...0x7a).contains(byte) || "_-".utf8.contains(byte)
    }
}
