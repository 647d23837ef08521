import Glibc
import Synchronization

/// Waits for one child on a thread of its own, and never signals a pid that was given back.
final class ChildWatch: Sendable {
    struct Exit: Sendable {
        var status: Int32
        var signal: Int32?
        var cpuSeconds: Double
        var seconds: Double
    }

    private struct State {
        var exit: Exit?
        var killAt: ContinuousClock.Instant?
    }

    private let pid: pid_t
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(pid: pid_t) {
        self.pid = pid
        Leftovers.add(child: pid)
    }

    var exit: Exit? { state.withLock { $0.exit } }

    func signal(_ number: Int32) {
        state.withLock { state in
            if state.exit == nil { _ = kill(pid, number) }
        }
    }

    /// SIGTERM now, SIGKILL in a few seconds.
    func abandon() {
        state.withLock { state in
            guard state.exit == nil else { return }
            _ = kill(pid, SIGTERM)
            state.killAt = .now + .seconds(5)
        }
    }

    /// Returns when the child has ended.
    func run() {
        while !hasEnded() {
            if let killAt = state.withLock({ $0.killAt }), .now >= killAt { signal(SIGKILL) }
            usleep(.now - start < .seconds(1) ? 1000 : 10_000)
        }
        state.withLock { state in
            var status: Int32 = 0
            var usage = rusage()
            wait4(pid, &status, 0, &usage)
            let ending = status & 0x7F
            state.exit = Exit(
                status: ending == 0 ? status >> 8 & 0xFF : 128 + ending,
                signal: ending == 0 ? nil : ending,
                cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
                seconds: (ContinuousClock.now - start) / .seconds(1))
        }
        Leftovers.remove(child: pid)
    }

    private func hasEnded() -> Bool {
        var info = siginfo_t()
        let result = waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG)
        return result != 0 && errno != EINTR || info.si_signo == SIGCHLD
    }

    private func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
