/// Deterministic bytes: the same seed and size give the same content everywhere.
public enum FixtureContent {
    /// Bytes that no compressor makes smaller.
    public static func random(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededRandom(seed: seed)
        return generator.bytes(count)
    }

    /// Text that gzip makes about four times smaller, at every place in it.
    public static func compressible(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededRandom(seed: seed)
        let words = (0..<256).map { _ in
            random(6 + Int(generator.next() % 8), seed: generator.next())
                .map { 97 + $0 % 26 } + [32]
        }
        var text: [UInt8] = []
        text.reserveCapacity(count + 16)
        while text.count < count {
            text += words[Int(truncatingIfNeeded: generator.next() >> 56)]
        }
        text.removeLast(text.count - count)
        return text
    }
}
