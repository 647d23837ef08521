import Synchronization

/// How passing faults are met: again, after a wait that grows, until a deadline. It is applied in
/// one place on either side, around each verb of ``Repository`` and around a Docker Engine's
/// exports; nothing below retries.
public struct RetryPolicy: Sendable {
    /// Tries in all, the first included.
    public var attempts: Int
    /// Tries in all while no connection can be made: a wrong name is told soon.
    public var connectAttempts: Int
    /// The wait before the second try; each further one doubles it.
    public var firstDelay: Duration
    /// The longest wait that is not asked for by the server.
    public var longestDelay: Duration
    /// No try begins later than this after the last sign of progress: the beginning, or bytes
    /// that went through.
    public var deadline: Duration

    /// The defaults ride out a registry's bad minute.
    public init(
        attempts: Int = 12, connectAttempts: Int = 5, firstDelay: Duration = .milliseconds(500),
        longestDelay: Duration = .seconds(15), deadline: Duration = .seconds(120)
    ) {
        self.attempts = attempts
        self.connectAttempts = connectAttempts
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
        self.deadline = deadline
    }

    /// A single try.
    static let none = RetryPolicy(attempts: 1, connectAttempts: 1)

    /// Runs `operation`, which hears the number of the try from 1, until it succeeds, fails for
    /// good, or the policy is exhausted: then its last error is thrown with the count of tries.
    /// `progress` tells of bytes that go through meanwhile.
    public func run<T: Sendable>(
        progress: RetryProgress = RetryProgress(),
        onRetry: @Sendable (OCIError, Duration) -> Void = { _, _ in },
        _ operation: (Int) async throws -> T
    ) async throws -> T {
        progress.note()
        var attempt = 1
        while true {
            do {
                return try await operation(attempt)
            } catch var error as OCIError where error.isPassing {
                let wait = delay(after: attempt, asked: error.retryAfter)
                error.exchange?.attempts = attempt
                let most = error.kind == .unreachable ? connectAttempts : attempts
                guard attempt < most, progress.age + wait <= deadline else {
                    if error.retryAfter != nil, attempt < most {
                        error.advice =
                            "it asks to wait \(wait.inSeconds) s, longer than --retry-for allows: "
                            + "run again then, or raise it"
                    }
                    throw error
                }
                onRetry(error, wait)
                try await Task.sleep(for: wait)
                attempt += 1
            }
        }
    }

    private func delay(after attempt: Int, asked: Double?) -> Duration {
        if let asked { return .milliseconds(Int64(max(0, min(asked, 86_400)) * 1000)) }
        let grown = firstDelay * (1 << min(attempt - 1, 10))
        // Half of it is left to chance, so that many clients do not come back at once.
        return min(grown, longestDelay) * Double.random(in: 0.5...1)
    }
}

/// When something last went through: a layer that broke off after an hour was on its way, and is
/// worth another try; one that has not moved for minutes is not.
public final class RetryProgress: Sendable {
    private let last = Mutex(ContinuousClock.now)

    /// Begins now.
    public init() {}

    /// Something went through.
    public func note() { last.withLock { $0 = .now } }

    /// How long nothing has gone through.
    var age: Duration { last.withLock { $0 }.duration(to: .now) }
}

extension OCIError {
    /// Whether the same thing may succeed a little later.
    var isPassing: Bool { kind == .temporary || kind == .unreachable }
}
