/// Numbers that a seed gives again: SplitMix64.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// True once in `count` times.
    mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    /// Bytes that no other call gives.
    mutating func content(size: Int) -> [UInt8] {
        let mark = Array("\(next()) \(next())".utf8)
        return mark + Self.noise.prefix(max(size - mark.count, 0))
    }

    private static let noise: [UInt8] = {
        var random = SeededRandom(seed: 0)
        return (0..<(1 << 17)).flatMap { _ in
            withUnsafeBytes(of: random.next()) { Array($0) }
        }
    }()
}
