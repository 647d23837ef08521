import FoundationEssentials
import HTTPTypes
import Synchronization
import Testing

@testable import OCIRegistry

@Suite struct RetryTests {
    private let quick = RetryPolicy(
        attempts: 4, firstDelay: .milliseconds(1), longestDelay: .milliseconds(4),
        deadline: .seconds(300))

    private func failing(_ error: OCIError, times: Int, policy: RetryPolicy) async -> (
        Int, OCIError?
    ) {
        let tries = Mutex(0)
        do {
            try await policy.run { attempt in
                tries.withLock { $0 = attempt }
                if attempt <= times { throw error }
            }
            return (tries.withLock { $0 }, nil)
        } catch {
            return (tries.withLock { $0 }, error as? OCIError)
        }
    }

    @Test func passingFaultsAreRetried() async {
        for kind in [OCIError.Kind.temporary, .unreachable] {
            let (tries, error) = await failing(OCIError(kind, "x"), times: 3, policy: quick)
            #expect(tries == 4)
            #expect(error == nil)
        }
    }

    @Test func aHostThatCannotBeReachedIsToldSooner() async {
        var policy = quick
        policy.connectAttempts = 2
        #expect(await failing(OCIError(.unreachable, "x"), times: 9, policy: policy).0 == 2)
        #expect(await failing(OCIError(.temporary, "x"), times: 9, policy: policy).0 == 4)
    }

    @Test func otherFaultsAreNot() async {
        for kind in OCIError.Kind.allCases where kind != .temporary && kind != .unreachable {
            #expect(await failing(OCIError(kind, "x"), times: 3, policy: quick).0 == 1)
        }
    }

    @Test func whatWasOnItsWayIsTriedAgainHoweverLongItTook() async {
        var policy = quick
        policy.deadline = .seconds(2)
        for moves in [false, true] {
            let tries = Mutex(0)
            let progress = RetryProgress()
            try? await policy.run(progress: progress) { attempt in
                tries.withLock { $0 = attempt }
                guard attempt == 1 else { return }
                try await Task.sleep(for: .milliseconds(2500))
                if moves { progress.note() }
                throw OCIError(.temporary, "x")
            }
            #expect(tries.withLock { $0 } == (moves ? 2 : 1))
        }
    }

    @Test func theLastErrorCountsTheTries() async {
        let error = OCIError(.temporary, "x", exchange: .init(request: "GET /"))
        let (tries, last) = await failing(error, times: 9, policy: quick)
        #expect(tries == 4)
        #expect(last?.exchange?.attempts == 4)
    }

    @Test func theServersWaitIsHonoured() async {
        let clock = ContinuousClock()
        var error = OCIError(.temporary, "x")
        error.retryAfter = 0.3
        let time = await clock.measure { _ = await failing(error, times: 1, policy: quick) }
        #expect(time >= .milliseconds(300))
    }

    @Test func aWaitPastTheDeadlineIsNotBegun() async {
        let clock = ContinuousClock()
        var error = OCIError(.temporary, "x")
        error.retryAfter = 3600
        let time = await clock.measure {
            let (tries, last) = await failing(error, times: 9, policy: quick)
            #expect(tries == 1)
            #expect(last?.retryAfter == 3600)
        }
        #expect(time < .seconds(2))
    }
}
