import Synchronization

/// Bytes on their way between a task and the transport's thread, at most ``capacity`` and one
/// piece of them in memory. The task's side waits; the thread's side never does, and is woken
/// once it can go on.
final class BytePipe: Sendable {
    /// What the thread's side got.
    enum Taken: Equatable {
        case bytes(Int)
        /// Nothing at the moment; `wake` is called when there is.
        case empty
        case end
        case failed
    }

    private struct State {
        var pieces: [[UInt8]] = []
        var consumed = 0
        var buffered = 0
        var ended = false
        var failure: (any Error)?
        var starved = false
        var blocked = false
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var writer: CheckedContinuation<Void, any Error>?
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let wake: @Sendable () -> Void

    /// A pipe whose thread's side is called back through `wake`.
    init(capacity: Int, wake: @escaping @Sendable () -> Void) {
        self.capacity = capacity
        self.wake = wake
    }

    /// Why the pipe broke, where it did.
    var failure: (any Error)? { state.withLock { $0.failure } }

    // MARK: The task's side

    /// Adds a piece; waits while the pipe is full. Throws what broke the pipe.
    func write(_ piece: [UInt8]) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                let starved = state.withLock { state -> Bool in
                    if let failure = state.failure {
                        continuation.resume(throwing: failure)
                        return false
                    }
                    state.pieces.append(piece)
                    state.buffered += piece.count
                    if state.buffered > capacity {
                        state.writer = continuation
                    } else {
                        continuation.resume()
                    }
                    return Self.take(&state.starved)
                }
                if starved { wake() }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// The next piece; nil at the end. Throws what broke the pipe, after the pieces before it.
    func read() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let blocked = state.withLock { state -> Bool in
                    if !state.pieces.isEmpty {
                        let piece = state.pieces.removeFirst()
                        state.buffered -= piece.count
                        continuation.resume(returning: piece)
                        return Self.take(&state.blocked)
                    }
                    if let failure = state.failure {
                        continuation.resume(throwing: failure)
                    } else if state.ended {
                        continuation.resume(returning: nil)
                    } else {
                        state.reader = continuation
                    }
                    return false
                }
                if blocked { wake() }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    // MARK: The thread's side

    /// Copies buffered bytes out.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Taken {
        let (taken, writer) = state.withLock { state -> (Taken, Continuation?) in
            if state.failure != nil { return (.failed, nil) }
            guard let piece = state.pieces.first else {
                if state.ended { return (.end, nil) }
                state.starved = true
                return (.empty, nil)
            }
            let count = min(buffer.count, piece.count - state.consumed)
            piece.withUnsafeBytes {
                buffer.copyMemory(
                    from: UnsafeRawBufferPointer(
                        rebasing: $0[state.consumed..<state.consumed + count]))
            }
            state.consumed += count
            state.buffered -= count
            if state.consumed == piece.count {
                state.pieces.removeFirst()
                state.consumed = 0
            }
            guard state.buffered <= capacity else { return (.bytes(count), nil) }
            defer { state.writer = nil }
            return (.bytes(count), state.writer)
        }
        writer?.resume()
        return taken
    }

    /// Adds bytes, unless the pipe is full: then nothing is taken, and `wake` is called when
    /// there is room again.
    func offer(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let piece = Array(bytes)
        let (taken, reader) = state.withLock { state -> (Bool, Reader?) in
            if state.failure != nil { return (true, nil) }
            guard state.buffered < capacity else {
                state.blocked = true
                return (false, nil)
            }
            if let reader = state.reader {
                state.reader = nil
                return (true, reader)
            }
            state.buffered += piece.count
            if let last = state.pieces.indices.last, state.pieces[last].count < 256 << 10 {
                state.pieces[last] += piece
            } else {
                state.pieces.append(piece)
            }
            return (true, nil)
        }
        reader?.resume(returning: piece)
        return taken
    }

    // MARK: Either side

    /// Ends the pipe: no more bytes come.
    func finish() {
        let (starved, reader) = state.withLock { state in
            state.ended = true
            defer { state.reader = nil }
            return (Self.take(&state.starved), state.reader)
        }
        reader?.resume(returning: nil)
        if starved { wake() }
    }

    /// Breaks the pipe for both sides. Only the first failure counts.
    func fail(_ error: any Error) {
        let (waiting, reader, writer) = state.withLock { state in
            if state.failure == nil { state.failure = error }
            defer {
                state.reader = nil
                state.writer = nil
            }
            let waiting = Self.take(&state.starved)
            let blocked = Self.take(&state.blocked)
            return (waiting || blocked, state.reader, state.writer)
        }
        reader?.resume(throwing: error)
        writer?.resume(throwing: error)
        if waiting { wake() }
    }

    private typealias Continuation = CheckedContinuation<Void, any Error>
    private typealias Reader = CheckedContinuation<[UInt8]?, any Error>

    private static func take(_ flag: inout Bool) -> Bool {
        defer { flag = false }
        return flag
    }
}
