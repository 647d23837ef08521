extension DockerfileLine {
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    /// The first word at or after an index, nothing in it taken for a quote.
    func word(after start: Int) -> Range<Int>? {
        guard let first = bytes[start...].firstIndex(where: { !Self.isBlank($0) }) else {
            return nil
        }
        return first..<(bytes[first...].firstIndex(where: Self.isBlank) ?? bytes.count)
    }

    /// The words that start with `--`, up to the first that does not.
    func flags(after start: Int) -> [Range<Int>] {
        var flags: [Range<Int>] = []
        var index = start
        while let word = word(after: index), bytes[word].starts(with: "--".utf8) {
            guard bytes[word].contains(UInt8(ascii: "\"")) else {
                flags.append(word)
                index = word.upperBound
                continue
            }
            // A blank within quotes does not end it.
            var end = word.lowerBound
            var isQuoted = false
            while end < bytes.count, isQuoted || !Self.isBlank(bytes[end]) {
                if bytes[end] == UInt8(ascii: "\"") { isQuoted.toggle() }
                end += 1
            }
            flags.append(word.lowerBound..<end)
            index = end
        }
        return flags
    }

    /// The value of `--name=value`, or with no dashes.
    func value(of name: StaticString, in word: Range<Int>, dashes: Int = 2) -> Range<Int>? {
        let start = word.lowerBound + dashes
        let equals = start + name.utf8CodeUnitCount
        guard equals < word.upperBound, bytes[equals] == UInt8(ascii: "="),
            isWord(start..<equals, name)
        else { return nil }
        return equals + 1..<word.upperBound
    }

    /// The fields of a mount: comma-separated values, in double quotes or not.
    func fields(of word: Range<Int>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = word.lowerBound
        var isQuoted = false
        for index in word {
            if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if bytes[index] == UInt8(ascii: ","), !isQuoted {
                fields.append(unquoted(start..<index))
                start = index + 1
            }
        }
        fields.append(unquoted(start..<word.upperBound))
        return fields
    }

    /// A part without the one pair of quotes around all of it.
    func unwrapped(_ word: Range<Int>) -> Range<Int> {
        guard let first = word.first, bytes[first] == UInt8(ascii: "\""),
            bytes[word.dropFirst()].firstIndex(of: UInt8(ascii: "\"")) == word.last
        else { return word }
        return word.dropFirst().dropLast()
    }

    /// A part without the quotes around it, or at either end.
    func unquoted(_ word: Range<Int>) -> Range<Int> {
        var word = word
        let quotes = [UInt8(ascii: "\""), UInt8(ascii: "'")]
        if let first = word.first, quotes.contains(bytes[first]) {
            word = first + 1..<word.upperBound
        }
        if let last = word.last, quotes.contains(bytes[last]) { word = word.lowerBound..<last }
        return word
    }
}
