import NIOCore

/// What a fault does to the bytes of a body on their way, in either direction.
protocol BodyFilter: Sendable {
    /// Takes some or all of the bytes and gives them as they are to go on.
    mutating func take(from bytes: inout ByteBuffer) async throws -> ByteBuffer
    /// Called before and after every piece; throws where the body has to break off.
    func check() throws
    /// Called at the end of a body that was not broken off.
    func end()
}

/// Flips the lowest bit of one byte.
struct CorruptingFilter: BodyFilter {
    let offset: Int
    let strike: Strike
    private var passed = 0

    init(offset: Int, strike: Strike) {
        self.offset = offset
        self.strike = strike
    }

    mutating func take(from bytes: inout ByteBuffer) -> ByteBuffer {
        let count = bytes.readableBytes
        let index = bytes.readerIndex + offset - passed
        if (passed..<passed + count).contains(offset),
            let byte: UInt8 = bytes.getInteger(at: index)
        {
            strike.happen()
            bytes.setInteger(byte ^ 1, at: index)
        }
        passed += count
        return bytes.readSlice(length: count) ?? ByteBuffer()
    }

    func check() {}

    func end() { strike.takeBack() }
}

/// Breaks a body off after so many bytes.
struct CuttingFilter: BodyFilter {
    let strike: Strike
    private var left: Int

    init(after count: Int, strike: Strike) {
        left = count
        self.strike = strike
    }

    mutating func take(from bytes: inout ByteBuffer) -> ByteBuffer {
        let piece = bytes.readSlice(length: min(left, bytes.readableBytes)) ?? ByteBuffer()
        left -= piece.readableBytes
        return piece
    }

    func check() throws {
        guard left == 0 else { return }
        strike.happen()
        throw ConnectionDropped()
    }

    func end() { strike.takeBack() }
}

/// Lets bytes through at a pace, in twenty pieces a second.
struct PacingFilter: BodyFilter {
    let bytesPerSecond: Int
    let strike: Strike
    private var passed = 0
    private var start: ContinuousClock.Instant?

    init(bytesPerSecond: Int, strike: Strike) {
        self.bytesPerSecond = max(1, bytesPerSecond)
        self.strike = strike
    }

    mutating func take(from bytes: inout ByteBuffer) async throws -> ByteBuffer {
        let count = min(max(1, bytesPerSecond / 20), bytes.readableBytes)
        let piece = bytes.readSlice(length: count) ?? ByteBuffer()
        strike.happen()
        let start = self.start ?? .now
        self.start = start
        passed += count
        // Against the whole body's schedule, so that late wake-ups do not add up.
        let due = start + .seconds(Double(passed) / Double(bytesPerSecond))
        try await Task.sleep(until: due, clock: .continuous)
        return piece
    }

    func check() {}

    /// Nothing: the other direction may still have a body.
    func end() {}
}
