/// Paths, in which `*` stands for any text without a slash and `**` for any text: `build/**`,
/// `.gitea/workflows/*.yml`. It has to fit the whole path.
struct PathPattern: Sendable, Hashable, CustomStringConvertible {
    /// The pattern as written.
    let description: String
    private let bytes: [UInt8]

    init(_ text: String) {
        description = text
        bytes = Array((text.hasPrefix("./") ? String(text.dropFirst(2)) : text).utf8)
    }

    /// Whether a path fits.
    func matches(_ path: String) -> Bool {
        let text = Array(path.utf8)
        // Which beginnings of the text fit the pattern so far.
        var fits = [Bool](repeating: false, count: text.count + 1)
        fits[0] = true
        var index = 0
        while index < bytes.count {
            let isStar = bytes[index] == UInt8(ascii: "*")
            let isDouble = isStar && index + 1 < bytes.count && bytes[index + 1] == bytes[index]
            var next = [Bool](repeating: false, count: text.count + 1)
            for place in fits.indices where fits[place] {
                if isStar {
                    var end = place
                    while true {
                        next[end] = true
                        guard end < text.count, isDouble || text[end] != UInt8(ascii: "/")
                        else { break }
                        end += 1
                    }
                } else if place < text.count, text[place] == bytes[index] {
                    next[place + 1] = true
                }
            }
            fits = next
            index += isDouble ? 2 : 1
        }
        return fits[text.count]
    }
}
