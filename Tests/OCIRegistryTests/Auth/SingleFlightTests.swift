import Testing

@testable import OCIRegistry

@Suite struct SingleFlightTests {
    private let flight = SingleFlight<String, Int>()

    /// Returns once so many callers wait for the key.
    private func wait(until count: Int, for key: String = "k") async throws {
        while await flight.waiting(for: key) != count {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test func allWhoWaitGetOneAnswer() async throws {
        let (flight, gate) = (flight, Gate())
        let callers = (0..<20).map { number in
            Task {
                try await flight.value(for: "k") {
                    await gate.pass()
                    return number
                }
            }
        }
        try await wait(until: 20)
        await gate.open()
        var answers: Set<Int> = []
        for caller in callers { answers.insert(try await caller.value) }
        #expect(answers.count == 1)
        #expect(try await flight.value(for: "k") { 99 } == 99)
    }

    @Test func keysDoNotWaitForEachOther() async throws {
        let (flight, gate) = (flight, Gate())
        let first = Task {
            try await flight.value(for: "a") {
                await gate.pass()
                return 1
            }
        }
        try await wait(until: 1, for: "a")
        #expect(try await flight.value(for: "b") { 2 } == 2)
        await gate.open()
        #expect(try await first.value == 1)
    }

    @Test func aCancelledCallerLeavesAtOnceAndTheOthersStay() async throws {
        let (flight, gate) = (flight, Gate())
        @Sendable func call() async throws -> Int {
            try await flight.value(for: "k") {
                await gate.pass()
                try Task.checkCancellation()
                return 1
            }
        }
        let leaver = Task { try await call() }
        let stayer = Task { try await call() }
        try await wait(until: 2)
        leaver.cancel()
        await #expect(throws: CancellationError.self) { try await leaver.value }
        await gate.open()
        #expect(try await stayer.value == 1)
    }

    @Test func workThatNobodyWaitsForIsCancelled() async throws {
        let (flight, wasCancelled) = (flight, Gate())
        let caller = Task {
            try await flight.value(for: "k") {
                do {
                    try await Task.sleep(for: .seconds(600))
                } catch {
                    await wasCancelled.open()
                }
                return 1
            }
        }
        try await wait(until: 1)
        caller.cancel()
        await #expect(throws: CancellationError.self) { try await caller.value }
        await wasCancelled.pass()
        // What was given up does not stand in the way of a new attempt.
        #expect(try await flight.value(for: "k") { 2 } == 2)
    }

    @Test func aCallerThatIsCancelledBeforehandStartsNothing() async throws {
        let flight = flight
        let caller = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await flight.value(for: "k") { 1 }
        }
        await #expect(throws: CancellationError.self) { try await caller.value }
        #expect(await flight.waiting(for: "k") == 0)
    }
}
