/// Deterministic bytes: the same seed and size give the same content everywhere.
public enum FixtureContent {
    /// Bytes that no compressor makes smaller.
    public static func random(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SplitMix(state: seed)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            while filled + 8 <= count {
                raw.storeBytes(of: generator.next(), toByteOffset: filled, as: UInt64.self)
                filled += 8
            }
            while filled < count {
                raw[filled] = UInt8(truncatingIfNeeded: generator.next())
                filled += 1
            }
        }
    }

    /// Text that gzip makes about four times smaller, at every place in it.
    public static func compressible(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SplitMix(state: seed)
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

/// Steele, Lea and Flood's SplitMix64.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
