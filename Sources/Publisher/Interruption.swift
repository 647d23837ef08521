import Console
import Dispatch
import Glibc
import Synchronization

/// SIGINT and SIGTERM: the first cancels the work, so that open uploads are given up in order;
/// a second one ends the process at once.
enum Interruption {
    private struct State {
        var received: Int32 = 0
        var work: Task<Outcome, Never>?
    }

    private static let state = Mutex(State())

    /// Runs a command's work and ends the process with its outcome, or with 128 and the signal's
    /// number where it was interrupted.
    static func guarding(_ work: @escaping @Sendable () async -> Outcome) async -> Never {
        signal(SIGPIPE, SIG_IGN)
        let source = catching()
        let task = Task { await work() }
        let earlier = state.withLock { state in
            state.work = task
            return state.received
        }
        if earlier != 0 { task.cancel() }
        let outcome = await task.value
        source.cancel()
        let number = state.withLock { $0.received }
        if number != 0, case .failed = outcome {
            Terminal.writeError(
                "publisher: interrupted; no tag was moved or deleted that is not named above\n")
            Glibc.exit(128 + number)
        }
        outcome.exit()
    }

    /// A handler may do next to nothing, on whatever thread: it passes the signal on through a
    /// pipe, in which none is lost however early it comes.
    private static func catching() -> any DispatchSourceRead {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no pipe can be opened")
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let output = ends[0]
        signalPipe = ends[1]
        let source = DispatchSource.makeReadSource(fileDescriptor: output, queue: .global())
        source.setEventHandler {
            var number: UInt8 = 0
            if read(output, &number, 1) == 1 { take(Int32(number)) }
        }
        source.resume()
        for number in [SIGINT, SIGTERM] { signal(number, passOn) }
        return source
    }

    private static func take(_ number: Int32) {
        let (earlier, work) = state.withLock { state in
            defer { state.received = number }
            return (state.received, state.work)
        }
        if earlier != 0 { _exit(128 + number) }
        work?.cancel()
    }
}

/// Written once, before any handler is there to read it.
private nonisolated(unsafe) var signalPipe: Int32 = -1

private func passOn(_ number: Int32) {
    let saved = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalPipe, &byte, 1)
    errno = saved
}
