/// Goes through a Dockerfile instruction by instruction, as BuildKit's parser does: directives,
/// comments, continuations, here-documents.
struct DockerfileLines {
    private let bytes: [UInt8]
    private var next = 0
    /// The byte that escapes, and continues a line at its end.
    private(set) var escape = UInt8(ascii: "\\")
    /// The bytes of the value of `# syntax=`.
    private(set) var syntax: Range<Int>?
    /// Where a here-document starts that has no end, and what it is called.
    private(set) var unterminated: (offset: Int, name: String)?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { next = 3 }
        readDirectives()
    }

    /// The bytes of the physical line at an offset, without its end, and where the next one starts.
    private func line(at start: Int) -> (content: Range<Int>, next: Int) {
        bytes.withUnsafeBufferPointer { buffer in
            var end = start
            while end < buffer.count, buffer[end] != 0x0a { end += 1 }
            let after = min(end + 1, buffer.count)
            if end > start, buffer[end - 1] == 0x0d { end -= 1 }
            return (start..<end, after)
        }
    }

    private mutating func readDirectives() {
        var isFirst = true
        var known: Set<String> = []
        while next < bytes.count {
            let (content, after) = line(at: next)
            if isFirst, bytes[content].starts(with: "#!".utf8) {
                (next, isFirst) = (after, false)
                continue
            }
            isFirst = false
            guard let (name, value) = directive(content), known.insert(name).inserted else {
                return
            }
            switch name {
            case "syntax": syntax = value
            case "escape":
                if bytes[value].elementsEqual("`".utf8) { escape = UInt8(ascii: "`") }
            case "check": break
            default: return
            }
            next = after
        }
    }

    /// `# name=value`.
    private func directive(_ content: Range<Int>) -> (name: String, value: Range<Int>)? {
        var rest = bytes[content]
        guard rest.first == UInt8(ascii: "#"), let equals = rest.firstIndex(of: UInt8(ascii: "="))
        else { return nil }
        rest = rest.dropFirst()
        let name = Self.trim(rest[rest.startIndex..<equals])
        let value = Self.trim(rest[(equals + 1)...])
        guard !name.isEmpty, !value.isEmpty,
            name.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a })
        else { return nil }
        return (String(decoding: name, as: UTF8.self).lowercased(), value.indices)
    }

    private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return bytes.drop(while: isBlank)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    /// The next instruction; nil at the end.
    mutating func instruction() -> DockerfileLine? {
        var line = DockerfileLine()
        while next < bytes.count {
            let (content, after) = self.line(at: next)
            next = after
            var part = bytes[content].drop(while: Self.isBlank)
            // Within a continued instruction, comments and empty lines are not there at all.
            if part.isEmpty || part.first == UInt8(ascii: "#") { continue }
            if !line.bytes.isEmpty { part = bytes[content] }
            let continued = continuation(part)
            line.append(part.startIndex..<(continued ?? part.endIndex), of: bytes)
            if continued == nil { break }
        }
        guard !line.bytes.isEmpty else { return nil }
        skipHeredocs(of: line)
        return line
    }

    /// Where the escape stands that continues a line.
    private func continuation(_ content: ArraySlice<UInt8>) -> Int? {
        var index = content.endIndex
        while index > content.startIndex, bytes[index - 1] == 0x20 || bytes[index - 1] == 0x09 {
            index -= 1
        }
        guard index > content.startIndex, bytes[index - 1] == escape else { return nil }
        if index - 1 > content.startIndex, bytes[index - 2] == escape { return nil }
        return index - 1
    }

    /// Goes past the here-documents that an instruction starts.
    private mutating func skipHeredocs(of line: DockerfileLine) {
        guard let marker = line.bytes.firstIndex(of: UInt8(ascii: "<")),
            line.bytes[marker...].dropFirst().contains(UInt8(ascii: "<")), takesHeredocs(line)
        else { return }
        for heredoc in Heredoc.all(in: line) {
            let start = next
            var isClosed = false
            while next < bytes.count, !isClosed {
                let (content, after) = self.line(at: next)
                next = after
                var text = bytes[content]
                if heredoc.dropsTabs { text = text.drop { $0 == 0x09 } }
                isClosed = text.elementsEqual(heredoc.name)
            }
            if !isClosed {
                let name = String(decoding: heredoc.name, as: UTF8.self)
                unterminated = unterminated ?? (min(start, bytes.count), name)
            }
        }
    }

    private func takesHeredocs(_ line: DockerfileLine) -> Bool {
        var words = line.words(escape: escape)[...]
        func first(is names: [StaticString]) -> Bool {
            guard let word = words.first else { return false }
            return names.contains { line.isWord(word, $0) }
        }
        if first(is: ["ONBUILD"]) { words.removeFirst() }
        guard first(is: ["RUN", "COPY", "ADD"]) else { return false }
        words.removeFirst()
        words = words.drop { line.bytes[$0.lowerBound...].starts(with: "--".utf8) }
        // The form of a JSON list has no here-documents.
        guard let start = words.first?.lowerBound, let end = words.last?.upperBound else {
            return false
        }
        return line.bytes[start] != UInt8(ascii: "[") || line.bytes[end - 1] != UInt8(ascii: "]")
    }
}

extension DockerfileLine {
    /// Whether a word is this one, in any case.
    func isWord(_ range: Range<Int>, _ name: StaticString) -> Bool {
        range.count == name.utf8CodeUnitCount
            && zip(bytes[range], UnsafeBufferPointer(start: name.utf8Start, count: range.count))
                .allSatisfy { ($0.0 & 0xdf) == ($0.1 & 0xdf) }
    }
}
