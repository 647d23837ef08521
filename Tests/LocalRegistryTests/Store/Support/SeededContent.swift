import TestSupport

extension SeededRandom {
    /// Bytes that no other call gives.
    mutating func content(size: Int) -> [UInt8] {
        let mark = Array("\(next()) \(next())".utf8)
        return mark + Self.noise.prefix(max(size - mark.count, 0))
    }

    private static let noise: [UInt8] = {
        var random = SeededRandom(seed: 0)
        return random.bytes(1 << 20)
    }()
}
