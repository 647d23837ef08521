import TestSupport
import Testing

@testable import OCIRegistry

@Suite struct CompressingReaderTests {
    /// A source that gives pieces of odd sizes.
    private struct Ragged {
        static func reader(_ bytes: [UInt8], _ sizes: [Int]) -> any ByteReader {
            Pieces(
                sequence(first: (0, 0)) { ($0.0 + sizes[$0.1 % sizes.count], $0.1 + 1) }
                    .prefix { $0.0 < bytes.count }
                    .map { start, step in
                        Array(bytes[start..<min(start + sizes[step % sizes.count], bytes.count)])
                    })
        }

        actor Pieces: ByteReader {
            var rest: [[UInt8]]
            init(_ pieces: [[UInt8]]) { rest = pieces }
            func read() -> [UInt8]? { rest.isEmpty ? nil : rest.removeFirst() }
        }
    }

    private func compress(
        _ bytes: [UInt8], _ compression: Compression, parallel: Int = 2, sizes: [Int] = [1 << 20]
    ) async throws -> (bytes: [UInt8], result: CompressingReader.Result) {
        let reader = CompressingReader(
            Ragged.reader(bytes, sizes), compression: compression, parallel: parallel)
        var output: [UInt8] = []
        while let piece = try await reader.read() { output += piece }
        return (output, try #require(await reader.result))
    }

    private func plain(_ bytes: [UInt8]) async throws -> [UInt8] {
        try await DecompressingReader(
            MemoryReader(bytes), limits: .init(output: 64 << 20), what: "the test's stream"
        ).collect(limit: 64 << 20, what: "the test's stream")
    }

    static let sizes = [0, 1, 32 << 10, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_500_000]
    static let compressions: [Compression] =
        (1...9).map { .gzip(level: $0) } + [1, 2, 3, 9].map { .zstd(level: $0) }

    @Test(arguments: sizes) func decompressesToItsInput(size: Int) async throws {
        let input = FixtureContent.compressible(size, seed: 7)
        for compression in [Compression.defaultGzip, .defaultZstd] {
            let (output, result) = try await compress(input, compression)
            #expect(result.uncompressedSize == Int64(size))
            #expect(result.diffID == SHA2.digest(of: input))
            #expect(result.size == Int64(output.count))
            #expect(result.digest == SHA2.digest(of: output))
            // An empty zstd stream has no frame at all.
            if size > 0 || compression == .defaultGzip {
                #expect(try await plain(output) == input)
            }
        }
    }

    @Test(arguments: compressions) func everyLevelRoundTrips(compression: Compression) async throws
    {
        let input =
            FixtureContent.compressible(1_300_000, seed: 3)
            + FixtureContent.random(300_000, seed: 4)
        let (output, _) = try await compress(input, compression)
        #expect(output.count < input.count)
        #expect(try await plain(output) == input)
    }

    @Test func gzipProgramAgrees() async throws {
        let input = FixtureContent.compressible(2_500_000, seed: 11)
        let (output, _) = try await compress(input, .defaultGzip)
        let call = ProgramCall("/usr/bin/gzip", ["-dc"], stdin: output)
        let unpacked = try await ChildProcess.run(call, timeout: 60)
        #expect(unpacked.status == 0)
        #expect(SHA2.digest(of: unpacked.output) == SHA2.digest(of: input))
    }

    @Test func threadsAndPiecesDoNotChangeTheBytes() async throws {
        let input = FixtureContent.compressible(5_000_000, seed: 5)
        for compression in [Compression.defaultGzip, .defaultZstd, .gzip(level: 6)] {
            let reference = try await compress(input, compression, parallel: 1).result
            for (parallel, sizes) in [(2, [1000, 70_001]), (8, [1 << 16]), (16, [3 << 20])] {
                let other = try await compress(input, compression, parallel: parallel, sizes: sizes)
                #expect(other.result == reference)
            }
        }
    }

    @Test func readersShareABudgetAndGiveItBack() async throws {
        let input = FixtureContent.compressible(4_000_000, seed: 6)
        let reference = try await compress(input, .defaultGzip, parallel: 1).bytes
        let budget = BlockBudget(blocks: 2)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let reader = CompressingReader(
                        MemoryReader(input), compression: .defaultGzip, parallel: 8,
                        budget: budget)
                    return try await reader.collect(limit: 8 << 20, what: "the layer")
                }
            }
            for try await output in group { #expect(output == reference) }
        }
        do {
            let abandoned = CompressingReader(
                MemoryReader(input), compression: .defaultGzip, parallel: 8, budget: budget)
            _ = try await abandoned.read()
        }
        #expect(budget.take() && budget.take())
        #expect(!budget.take())
    }

    @Test func historyCrossesBlocks() async throws {
        // Two blocks with the same ends: with history the second costs next to nothing.
        let noise = FixtureContent.random(16 << 10, seed: 9)
        let block = [UInt8](repeating: 0, count: (1 << 20) - noise.count) + noise
        let (once, _) = try await compress(block, .defaultGzip)
        let (twice, _) = try await compress(block + noise, .defaultGzip)
        #expect(twice.count - once.count < noise.count / 4)
    }

    @Test func wrongDiffIDFailsBeforeTheStreamEnds() async throws {
        let reader = CompressingReader(
            MemoryReader([1, 2, 3]), compression: .defaultGzip,
            expecting: SHA2.digest(of: [3, 2, 1]), parallel: 2)
        let error = await #expect(throws: OCIError.self) {
            while try await reader.read() != nil {}
        }
        #expect(error?.kind == .badData)
        #expect(error?.message.contains("\(SHA2.digest(of: [1, 2, 3]))") == true)
        #expect(await reader.result == nil)
    }
}
