import HTTPTypes
import Synchronization

/// A fault that was chosen for a request: it either happens, once, or goes back to its plan.
///
/// It goes back when told so, or when the last who holds it lets it go.
final class Strike: Sendable {
    private enum Outcome: UInt8, AtomicRepresentable {
        case open
        case happened
        case takenBack
    }

    let fault: Fault
    let id: Int
    let method: HTTPRequest.Method
    let path: String
    private let plan: FaultPlan
    private let outcome = Atomic(Outcome.open)

    init(fault: Fault, id: Int, method: HTTPRequest.Method, path: String, plan: FaultPlan) {
        self.fault = fault
        self.id = id
        self.method = method
        self.path = path
        self.plan = plan
    }

    deinit { takeBack() }

    var hasHappened: Bool { outcome.load(ordering: .acquiring) == .happened }

    /// Notes that the fault happens now. Said before a client can notice, so that a test that has
    /// noticed finds it noted.
    func happen() { if settle(.happened) { plan.record(self) } }

    /// Notes that the fault cannot happen to this request.
    func takeBack() { if settle(.takenBack) { plan.takeBack(self) } }

    private func settle(_ outcome: Outcome) -> Bool {
        self.outcome.compareExchange(
            expected: .open, desired: outcome, ordering: .acquiringAndReleasing
        ).exchanged
    }
}
