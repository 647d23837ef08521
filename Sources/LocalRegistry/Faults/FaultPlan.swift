public import FoundationEssentials
public import HTTPTypes
public import OCIRegistry
import Synchronization

/// The faults that wait for their requests, and those that fired.
///
/// They are tried in the order in which they were added; one at most strikes a request.
public final class FaultPlan: Sendable {
    /// A fault that happened, and to which request.
    public struct Fired: Sendable {
        /// The fault as it was added.
        public let fault: Fault
        /// The request's method.
        public let method: HTTPRequest.Method
        /// The request's path as it was sent, without the query.
        public let path: String
        /// When it happened.
        public let time: Date
    }

    /// The most firings that are kept one by one; beyond that they are only counted.
    static let longestList = 10_000

    private struct Entry: Sendable {
        let id: Int
        let fault: Fault
        var skip: Int
        /// Requests that may still be struck; ``Fault/always`` never gets less.
        var left: Int
        var count = 0
        var isCleared = false
    }

    private struct State: Sendable {
        var entries: [Entry] = []
        var fired: [Fired] = []
        var lastID = 0
    }

    private let state = Mutex(State())
    private let isArmed = Atomic(false)

    /// A plan with these faults.
    public init(_ faults: [Fault] = []) { for fault in faults { add(fault) } }

    /// Whether no fault waits for a request; one atomic load.
    var isIdle: Bool { !isArmed.load(ordering: .acquiring) }

    /// Adds a fault after the others.
    public func add(_ fault: Fault) {
        change { state in
            state.lastID += 1
            state.entries.append(
                Entry(id: state.lastID, fault: fault, skip: fault.skip, left: fault.times))
        }
    }

    /// Adds the faults of a file. Throws ``OCIError`` that names the file, the line and the cure.
    public func load(_ path: String) async throws(OCIError) {
        for fault in try await FaultFile.read(path) { add(fault) }
    }

    /// Forgets what has not fired, and lets what has fired strike no more.
    public func clear() {
        change { state in
            state.entries.removeAll { $0.count == 0 }
            for index in state.entries.indices {
                state.entries[index].left = 0
                state.entries[index].isCleared = true
            }
        }
    }

    /// What fired, in order; the first 10,000.
    public var fired: [Fired] { state.withLock { $0.fired } }

    /// The faults that never fired.
    public var unfired: [Fault] {
        state.withLock { $0.entries.filter { $0.count == 0 }.map(\.fault) }
    }

    /// How often each fault fired and to which requests, then which never did; for people, on
    /// several lines.
    public var summary: String {
        let (entries, fired) = state.withLock { ($0.entries, $0.fired) }
        guard !entries.isEmpty else { return "no faults" }
        var lines = ["\(entries.count { $0.count > 0 }) of \(entries.count) faults fired"]
        for entry in entries where entry.count > 0 {
            let limit = entry.fault.times == Fault.always ? "" : " of \(entry.fault.times)"
            lines.append("fired: \(entry.fault) (\(entry.count)\(limit) times)")
        }
        lines += entries.filter { $0.count == 0 }.map { "never fired: \($0.fault)" }
        lines += fired.map {
            "\($0.time.formatted(.iso8601)) \($0.method) \($0.path): \($0.fault.action)"
        }
        return lines.joined(separator: "\n")
    }

    /// The fault for this request, reserved until it happens or cannot happen any more.
    ///
    /// The first that fits and has strikes left; those before it that are still skipping count the
    /// request as one that they let through.
    func strike(method: HTTPRequest.Method, path: String, query: String?) -> Strike? {
        guard !isIdle else { return nil }
        let found: (id: Int, fault: Fault)? = change { state in
            for index in state.entries.indices where state.entries[index].left > 0 {
                let fault = state.entries[index].fault
                guard fault.pattern.matches(method: method, path: path, query: query) else {
                    continue
                }
                if state.entries[index].skip > 0 {
                    state.entries[index].skip -= 1
                } else {
                    if fault.times != Fault.always { state.entries[index].left -= 1 }
                    return (state.entries[index].id, fault)
                }
            }
            return nil
        }
        return found.map {
            Strike(fault: $0.fault, id: $0.id, method: method, path: path, plan: self)
        }
    }

    /// Notes that a strike happened.
    func record(_ strike: Strike) {
        state.withLock { state in
            if state.fired.count < Self.longestList {
                state.fired.append(
                    Fired(
                        fault: strike.fault, method: strike.method, path: strike.path, time: Date())
                )
            }
            if let index = state.entries.firstIndex(where: { $0.id == strike.id }) {
                state.entries[index].count += 1
            }
        }
    }

    /// Takes a strike back that could not happen.
    func takeBack(_ strike: Strike) {
        change { state in
            guard strike.fault.times != Fault.always,
                let index = state.entries.firstIndex(where: { $0.id == strike.id }),
                !state.entries[index].isCleared
            else { return }
            state.entries[index].left += 1
        }
    }

    /// Changes the state and keeps the quick answer in step with it.
    private func change<Result>(_ body: (inout State) -> Result) -> Result {
        state.withLock { state in
            let result = body(&state)
            isArmed.store(state.entries.contains { $0.left > 0 }, ordering: .releasing)
            return result
        }
    }
}
