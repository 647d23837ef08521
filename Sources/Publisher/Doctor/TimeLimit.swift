import OCIRegistry
import Synchronization

/// Bounds how long something is waited for, also where it does not heed its cancellation: what is late is
/// left to itself. What is cancelled from outside still has that long to put things in order.
struct TimeLimit: Sendable {
    /// How long a check may take.
    static let check = TimeLimit(seconds: 10)

    /// The bound.
    let seconds: Int

    /// What it gave, or why it failed; late is a failure too.
    func attempt<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async -> Result<Value, OCIError> {
        let race = Race<Value>()
        let work = Task {
            do {
                race.end(.success(try await body()))
            } catch let error as OCIError {
                race.end(.failure(error))
            } catch {
                race.end(.failure(OCIError(.temporary, "it was broken off")))
            }
        }
        let clock = Task {
            try? await Task.sleep(for: .seconds(seconds))
            race.end(.failure(OCIError(.temporary, "no answer came within \(seconds) s")))
        }
        defer {
            work.cancel()
            clock.cancel()
        }
        return await withTaskCancellationHandler {
            await race.result
        } onCancel: {
            work.cancel()
        }
    }
}

/// The first end counts.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Result<Value, OCIError>, Never>)
        case ended(Result<Value, OCIError>)
    }

    private let state = Mutex(State.running)

    func end(_ result: Result<Value, OCIError>) {
        let waiting = state.withLock {
            state -> CheckedContinuation<Result<Value, OCIError>, Never>? in
            defer { if case .ended = state {} else { state = .ended(result) } }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: result)
    }

    var result: Result<Value, OCIError> {
        get async {
            await withCheckedContinuation { continuation in
                let ended = state.withLock { state -> Result<Value, OCIError>? in
                    if case .ended(let result) = state { return result }
                    state = .awaited(continuation)
                    return nil
                }
                if let ended { continuation.resume(returning: ended) }
            }
        }
    }
}
