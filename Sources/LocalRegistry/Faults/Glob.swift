/// A pattern in which `*` stands for any text without a slash and `**` for any text at all.
struct Glob: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case byte(UInt8)
        case anyInComponent
        case anything
    }

    private let parts: [Part]

    init(_ text: some StringProtocol) {
        var parts: [Part] = []
        for byte in text.utf8 {
            if byte != UInt8(ascii: "*") {
                parts.append(.byte(byte))
            } else if parts.last == .anyInComponent {
                parts[parts.count - 1] = .anything
            } else if parts.last != .anything {
                parts.append(.anyInComponent)
            }
        }
        self.parts = parts
    }

    /// Whether the whole text fits. The time is the product of both lengths at worst.
    func matches(_ text: some StringProtocol) -> Bool {
        // reached[n]: what was read so far fits the first n parts.
        var reached = [Bool](repeating: false, count: parts.count + 1)
        reached[0] = true
        skipEmptyStars(&reached)
        for byte in text.utf8 {
            var next = [Bool](repeating: false, count: parts.count + 1)
            for (index, part) in parts.enumerated() {
                switch part {
                case .byte(let wanted): if byte == wanted, reached[index] { next[index + 1] = true }
                case .anyInComponent:
                    if byte != UInt8(ascii: "/"), reached[index + 1] { next[index + 1] = true }
                case .anything: if reached[index + 1] { next[index + 1] = true }
                }
            }
            skipEmptyStars(&next)
            reached = next
        }
        return reached[parts.count]
    }

    private func skipEmptyStars(_ reached: inout [Bool]) {
        for (index, part) in parts.enumerated() where reached[index] {
            if case .byte = part { continue }
            reached[index + 1] = true
        }
    }
}
