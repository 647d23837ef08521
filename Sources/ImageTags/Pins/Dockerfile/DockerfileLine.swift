/// An instruction of a Dockerfile: its bytes without continuations and the comments between them.
struct DockerfileLine {
    /// A stretch of the file, and where it starts in the line.
    private struct Stretch {
        var start: Int
        var range: Range<Int>
    }

    /// The bytes, with no line ends.
    private(set) var bytes: [UInt8] = []
    private var stretches: [Stretch] = []

    mutating func append(_ range: Range<Int>, of file: [UInt8]) {
        guard !range.isEmpty else { return }
        stretches.append(Stretch(start: bytes.count, range: range))
        bytes += file[range]
    }

    /// The stretch that an index is in, by bisection.
    private func stretch(of index: Int) -> Int {
        var low = 0
        var high = stretches.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if stretches[middle].start <= index { low = middle } else { high = middle }
        }
        return low
    }

    /// The byte of the file that stands at an index.
    func offset(_ index: Int) -> Int {
        let stretch = stretches[stretch(of: index)]
        return stretch.range.lowerBound + index - stretch.start
    }

    /// A part with the places of its bytes.
    func traced(_ range: Range<Int>) -> TracedText {
        var text = TracedText()
        guard !range.isEmpty else { return text }
        text.bytes = Array(bytes[range])
        text.places.reserveCapacity(range.count)
        var current = stretch(of: range.lowerBound)
        for index in range {
            while current + 1 < stretches.count, stretches[current + 1].start <= index {
                current += 1
            }
            let stretch = stretches[current]
            text.places.append(
                Place(source: 0, offset: stretch.range.lowerBound + index - stretch.start))
        }
        return text
    }

    /// The bytes of the file from the first to the last of a part, which is not empty.
    func span(_ range: Range<Int>) -> Range<Int> {
        offset(range.lowerBound)..<offset(range.upperBound - 1) + 1
    }

    /// The words from an index on, quotes and escapes within them.
    func words(from start: Int = 0, escape: UInt8) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var first: Int?
        var quote: UInt8?
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x20 || byte == 0x09 || byte == 0x0b || byte == 0x0c || byte == 0x0d,
                quote == nil
            {
                if let known = first { words.append(known..<index) }
                first = nil
            } else {
                first = first ?? index
                if byte == escape, quote != UInt8(ascii: "'") {
                    index += 1
                } else if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                }
            }
            index += 1
        }
        if let first { words.append(first..<bytes.count) }
        return words
    }
}
