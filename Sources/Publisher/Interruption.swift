import Dispatch
import Glibc
import Synchronization

/// SIGINT and SIGTERM: the first cancels the work, so that open uploads are given up in order;
/// a second one ends the process at once.
enum Interruption {
    private static let received = Mutex<Int32>(0)

    /// Runs a command's work and ends the process with its outcome, or with 128 and the signal's
    /// number where it was interrupted.
    static func guarding(_ work: @escaping @Sendable () async -> Outcome) async -> Never {
        let task = Task { await work() }
        signal(SIGPIPE, SIG_IGN)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let earlier = received.withLock { seen in
                    defer { seen = number }
                    return seen
                }
                if earlier != 0 { _exit(128 + number) }
                task.cancel()
            }
            source.resume()
            return source
        }
        let outcome = await task.value
        for source in sources { source.cancel() }
        let number = received.withLock { $0 }
        if number != 0, case .failed = outcome {
            Terminal.writeError(
                "publisher: interrupted; no tag was moved that is not named above\n")
            Glibc.exit(128 + number)
        }
        outcome.exit()
    }
}
