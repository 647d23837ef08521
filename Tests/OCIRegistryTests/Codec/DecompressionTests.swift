import Testing

@testable import OCIRegistry

@Suite struct DecompressionTests {
    let text = Array(String(repeating: "All happy families are alike. ", count: 9000).utf8)

    func read(
        _ bytes: [UInt8], limits: DecompressingReader.Limits = .init()
    ) async throws -> [UInt8] {
        try await DecompressingReader(PieceReader(bytes), limits: limits, what: "it")
            .collect(limit: 64 << 20, what: "it")
    }

    @Test func passesOnWhatIsNotCompressed() async throws {
        #expect(try await read(text) == text)
        #expect(try await read([]) == [])
        #expect(try await read([0x1f]) == [0x1f])
        let tar = TarWriter.archive([("BZh9 the story", [1])])
        #expect(try await read(tar) == tar)
    }

    @Test func joinsGzipMembers() async throws {
        let both = Compressed.gzip(text) + Compressed.gzip([]) + Compressed.gzip([1, 2, 3])
        #expect(try await read(both) == text + [1, 2, 3])
    }

    @Test func toleratesZerosButNothingElseAfterGzip() async throws {
        let padded = Compressed.gzip(text) + [UInt8](repeating: 0, count: 5000)
        #expect(try await read(padded) == text)
        #expect(await failure { _ = try await read(padded + [1]) }?.kind == .badData)
        let more = Compressed.gzip(text) + Array("more".utf8)
        #expect(await failure { _ = try await read(more) }?.kind == .badData)
    }

    @Test func joinsZstdFramesAndSkipsSkippableOnes() async throws {
        let frames =
            Compressed.skippable([9, 9]) + Compressed.zstd(text) + Compressed.skippable([])
            + Compressed.zstd([4, 5])
        #expect(try await read(frames) == text + [4, 5])
    }

    @Test(arguments: [Compressed.gzip(Array("short".utf8)), Compressed.zstd(Array("short".utf8))])
    func refusesEveryTruncation(_ whole: [UInt8]) async throws {
        #expect(try await read(whole) == Array("short".utf8))
        for count in 4..<whole.count {
            let error = await failure { _ = try await read(Array(whole.prefix(count))) }
            #expect(error?.kind == .badData, "of \(count) bytes")
        }
    }

    @Test func refusesCorruptData() async throws {
        var broken = Compressed.gzip(text)
        broken[broken.count - 6] ^= 1
        #expect(await failure { _ = try await read(broken) }?.message == "is corrupt")
    }

    @Test func namesFormatsThatAreNotRead() async throws {
        let bzip2 = Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0, 0]
        let xz: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]
        #expect(await failure { _ = try await read(bzip2) }?.message.contains("bzip2") == true)
        #expect(await failure { _ = try await read(xz) }?.message.contains("xz") == true)
    }

    @Test func stopsABombAtTheLimit() async throws {
        let bomb = Compressed.zstdZeros(blocks: 4000)
        #expect(bomb.count < 17_000)
        let error = await failure {
            let reader = DecompressingReader(
                MemoryReader(bomb), limits: .init(output: 10 << 20), what: "it")
            var count = 0
            while let piece = try await reader.read() { count += piece.count }
            Issue.record("\(count) bytes came out")
        }
        #expect(error?.message.contains("larger than") == true)
        let grows = await failure {
            let reader = DecompressingReader(
                MemoryReader(bomb), limits: .init(ratio: 1100), what: "it")
            while try await reader.read() != nil {}
        }
        #expect(grows?.message.contains("1100 times") == true)
        #expect(try await read(Compressed.zstdZeros(blocks: 8)).count == 1 << 20)
    }
}
