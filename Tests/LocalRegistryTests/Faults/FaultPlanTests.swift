import HTTPTypes
import Testing

@testable import LocalRegistry

@Suite("Plans of faults")
struct FaultPlanTests {
    @Test("a fault skips, strikes so often, and is used up")
    func counts() {
        let plan = FaultPlan([Fault(on: "PUT", skip: 1, times: 2, .loseReply)])
        #expect(!fires(plan, "/1"))
        #expect(!fires(plan, "/x", .get))
        #expect(fires(plan, "/2"))
        #expect(!plan.isIdle)
        #expect(fires(plan, "/3"))
        #expect(plan.isIdle)
        #expect(!fires(plan, "/4"))
        #expect(plan.fired.map(\.path) == ["/2", "/3"])
        #expect(plan.unfired.isEmpty)
    }

    @Test("the first that fits strikes alone; those before it count what they let through")
    func order() {
        let plan = FaultPlan([
            Fault(on: "/a", skip: 1, .truncate(1)), Fault(on: "*", times: Fault.always, .loseReply),
        ])
        for _ in 0..<3 { #expect(fires(plan, "/a")) }
        #expect(
            plan.fired.map(\.fault.action.description) == [
                "lose-reply", "truncate 1", "lose-reply",
            ])
        #expect(!plan.isIdle)
    }

    @Test("a strike that does not happen goes back, once")
    func takenBack() {
        let plan = FaultPlan([Fault(on: "*", .corruptReply(at: 9))])
        do {
            let strike = plan.strike(method: .get, path: "/", query: nil)
            #expect(strike != nil)
            #expect(plan.strike(method: .get, path: "/", query: nil) == nil)
            strike?.takeBack()
            strike?.takeBack()
            strike?.happen()
        }
        #expect(plan.fired.isEmpty)
        #expect(plan.unfired.count == 1)
        #expect(fires(plan, "/"))
        #expect(!fires(plan, "/"))
    }

    @Test("a strike happens once however often it is said")
    func once() {
        let plan = FaultPlan([Fault(on: "*", .throttle(bytesPerSecond: 1))])
        let strike = plan.strike(method: .get, path: "/", query: nil)
        strike?.happen()
        strike?.happen()
        #expect(plan.fired.count == 1)
    }

    @Test("parallel requests are never struck more often than was asked")
    func parallel() async {
        let plan = FaultPlan([Fault(on: "*", times: 10, .loseReply)])
        await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { _ = fires(plan, "/") } }
        }
        #expect(plan.fired.count == 10)
    }

    @Test("clearing keeps what fired and strikes no more")
    func clear() {
        let plan = FaultPlan([
            Fault(on: "/a", times: 2, .loseReply), Fault(on: "/b", .loseReply),
        ])
        #expect(fires(plan, "/a"))
        let pending = plan.strike(method: .put, path: "/a", query: nil)
        plan.clear()
        pending?.takeBack()
        #expect(plan.isIdle)
        #expect(plan.fired.count == 1)
        #expect(plan.unfired.isEmpty)
    }

    @Test("the summary says what fired, how often and where, and what never did")
    func summary() {
        let plan = FaultPlan([
            Fault(on: "PUT /a", times: 2, .status(.serviceUnavailable)),
            Fault(on: "GET", .truncate(9)),
        ])
        #expect(fires(plan, "/a"))
        let lines = plan.summary.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0] == "1 of 2 faults fired")
        #expect(lines[1] == "fired: PUT /a: status 503 (1 of 2 times)")
        #expect(lines[2] == "never fired: GET: truncate 9")
        #expect(lines[3].hasSuffix(" PUT /a: status 503"))
        #expect(FaultPlan().summary == "no faults")
    }

    private func fires(
        _ plan: FaultPlan, _ path: String, _ method: HTTPRequest.Method = .put
    ) -> Bool {
        let strike = plan.strike(method: method, path: path, query: nil)
        strike?.happen()
        return strike != nil
    }
}
