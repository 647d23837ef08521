/// Does one thing at a time for each key, however many ask for it: those who ask while it is under
/// way get the same answer. Who is cancelled leaves at once; when nobody waits any more, the work
/// is cancelled too.
actor SingleFlight<Key: Hashable & Sendable, Value: Sendable> {
    private struct Flight {
        let id: Int
        let work: Task<Void, Never>
        var waiters: [Int: CheckedContinuation<Value, any Error>] = [:]
    }

    private var flights: [Key: Flight] = [:]
    private var lastID = 0

    /// The value of `work`, or of the same work already under way.
    func value(
        for key: Key, work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let waiter = nextID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else {
                    continuation.resume(throwing: CancellationError())
                    return
                }
                flights[key, default: start(key, work)].waiters[waiter] = continuation
            }
        } onCancel: {
            Task { await self.leave(key, waiter) }
        }
    }

    /// How many wait for a key now.
    func waiting(for key: Key) -> Int { flights[key]?.waiters.count ?? 0 }

    private func start(
        _ key: Key, _ work: @escaping @Sendable () async throws -> Value
    ) -> Flight {
        let id = nextID()
        let task = Task {
            do {
                let value = try await work()
                self.land(key, id, .success(value))
            } catch {
                self.land(key, id, .failure(error))
            }
        }
        return Flight(id: id, work: task)
    }

    private func land(_ key: Key, _ id: Int, _ result: Result<Value, any Error>) {
        guard let flight = flights[key], flight.id == id else { return }
        flights[key] = nil
        for waiter in flight.waiters.values { waiter.resume(with: result) }
    }

    private func leave(_ key: Key, _ waiter: Int) {
        guard let continuation = flights[key]?.waiters.removeValue(forKey: waiter) else { return }
        continuation.resume(throwing: CancellationError())
        guard let flight = flights[key], flight.waiters.isEmpty else { return }
        flight.work.cancel()
        flights[key] = nil
    }

    private func nextID() -> Int {
        lastID += 1
        return lastID
    }
}
