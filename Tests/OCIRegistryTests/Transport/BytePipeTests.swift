import Synchronization
import Testing

@testable import OCIRegistry

@Suite struct BytePipeTests {
    private func take(_ pipe: BytePipe, _ count: Int) -> (BytePipe.Taken, [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: count)
        let taken = buffer.withUnsafeMutableBytes { pipe.take(into: $0) }
        guard case .bytes(let count) = taken else { return (taken, []) }
        return (taken, Array(buffer.prefix(count)))
    }

    @Test func keepsTheOrderAcrossPieces() async throws {
        let pipe = BytePipe(capacity: 100) {}
        try await pipe.write([1, 2, 3])
        try await pipe.write([4, 5])
        pipe.finish()
        #expect(take(pipe, 2).1 == [1, 2])
        #expect(take(pipe, 10).1 == [3])
        #expect(take(pipe, 10).1 == [4, 5])
        #expect(take(pipe, 10).0 == .end)
    }

    @Test func wakesTheThreadOnlyWhenItStarves() async throws {
        let woken = Mutex(0)
        let pipe = BytePipe(capacity: 100) { woken.withLock { $0 += 1 } }
        try await pipe.write([1])
        #expect(woken.withLock { $0 } == 0)
        _ = take(pipe, 10)
        #expect(take(pipe, 10).0 == .empty)
        try await pipe.write([2])
        try await pipe.write([3])
        #expect(woken.withLock { $0 } == 1)
    }

    @Test func writerWaitsWhileThePipeIsFull() async throws {
        let pipe = BytePipe(capacity: 4) {}
        let written = Mutex(0)
        let writer = Task {
            for _ in 0..<3 {
                try await pipe.write([0, 0, 0, 0])
                written.withLock { $0 += 1 }
            }
            pipe.finish()
        }
        try await Task.sleep(for: .milliseconds(100))
        #expect(written.withLock { $0 } == 1)
        var total = 0
        while true {
            let (taken, bytes) = take(pipe, 3)
            if taken == .end { break }
            total += bytes.count
            if taken == .empty { try await Task.sleep(for: .milliseconds(1)) }
        }
        try await writer.value
        #expect(total == 12)
    }

    @Test func refusesBytesWhileFullAndWakesWhenThereIsRoom() async throws {
        let woken = Mutex(0)
        let pipe = BytePipe(capacity: 2) { woken.withLock { $0 += 1 } }
        func offer(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { pipe.offer($0) } }
        #expect(offer([1, 2]))
        #expect(!offer([3]))
        #expect(try await pipe.read() == [1, 2])
        #expect(woken.withLock { $0 } == 1)
        #expect(offer([3]))
        pipe.finish()
        #expect(try await pipe.read() == [3])
        #expect(try await pipe.read() == nil)
    }

    @Test func failureReachesBothSides() async throws {
        struct Broken: Error {}
        let pipe = BytePipe(capacity: 2) {}
        let reader = Task { try await pipe.read() }
        try await Task.sleep(for: .milliseconds(20))
        pipe.fail(Broken())
        await #expect(throws: Broken.self) { try await reader.value }
        await #expect(throws: Broken.self) { try await pipe.write([1]) }
        #expect(take(pipe, 1).0 == .failed)
    }

    @Test func cancelledReaderIsResumed() async throws {
        let pipe = BytePipe(capacity: 2) {}
        let reader = Task { try await pipe.read() }
        try await Task.sleep(for: .milliseconds(20))
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
    }
}
