import Console
import OCIRegistry
import Synchronization

/// Shows a push as it goes: a live bar a blob on a terminal, one line a blob in a log, nothing
/// when quiet. A long blob says every ten seconds in a log that it is alive.
final class ProgressBoard: Sendable {
    private struct Row {
        var label: String
        var total: Int64?
        var done: Int64 = 0
        var lastSaid: ContinuousClock.Instant
    }

    private struct State {
        var order: [Digest] = []
        var rows: [Digest: Row] = [:]
        var drawn = 0
        var lastDraw: ContinuousClock.Instant?
    }

    private let mode: Mode
    private let state = Mutex(State())
    private let clock = ContinuousClock()

    /// How it shows.
    enum Mode: Sendable { case quiet, lines, live }

    private static let shown = Mutex<ProgressBoard?>(nil)

    init(quiet: Bool) {
        mode = quiet ? .quiet : Terminal.isInteractive ? .live : .lines
        Self.shown.withLock { $0 = self }
    }

    /// Writes a message to standard error, above the live part where one is shown.
    static func say(_ text: String) {
        guard let board = shown.withLock({ $0 }), board.mode == .live else {
            return Terminal.writeError(text + "\n")
        }
        board.state.withLock { board.redraw(&$0, above: text) }
    }

    /// Takes one report.
    func show(_ event: PushProgress) {
        guard mode != .quiet else { return }
        state.withLock { state in
            let text = apply(event, &state)
            let due = state.lastDraw.map { $0.duration(to: clock.now) > .milliseconds(80) } ?? true
            if mode == .live, text != nil || due {
                redraw(&state, above: text)
            } else if let text {
                Terminal.writeError(text + "\n")
            }
        }
    }

    /// Takes the live part off the screen.
    func finish() {
        Self.shown.withLock { $0 = nil }
        guard mode == .live else { return }
        state.withLock { state in
            state.rows = [:]
            state.order = []
            redraw(&state, above: nil)
        }
    }

    private func apply(_ event: PushProgress, _ state: inout State) -> String? {
        switch event {
        case .began(let digest, let label, let total):
            if state.rows[digest] == nil { state.order.append(digest) }
            state.rows[digest] = Row(label: label, total: total, lastSaid: clock.now)
            return nil
        case .advanced(let digest, let bytes):
            state.rows[digest]?.done += Int64(bytes)
            guard mode == .lines, let row = state.rows[digest],
                row.lastSaid.duration(to: clock.now) > .seconds(10)
            else { return nil }
            state.rows[digest]?.lastSaid = clock.now
            return "\(row.label) \(digest.short): \(Sizes.text(row.done)) so far"
        case .reset(let digest):
            state.rows[digest]?.done = 0
            return "\(state.rows[digest]?.label ?? "blob") \(digest.short): starting again"
        case .ended(let digest, let outcome, let size):
            let row = state.rows.removeValue(forKey: digest)
            state.order.removeAll { $0 == digest }
            let label = row?.label ?? "blob"
            return "\(label) \(digest.short): \(outcome.rawValue), \(Sizes.text(size))"
        case .stored(let what): return "\(what): stored"
        }
    }

    private func redraw(_ state: inout State, above text: String?) {
        var output = ""
        if state.drawn > 0 { output += "\u{1b}[\(state.drawn)A" }
        output += "\r\u{1b}[J"
        if let text { output += text + "\n" }
        let width = Terminal.width
        for digest in state.order {
            guard let row = state.rows[digest] else { continue }
            output += String(line(digest, row).prefix(width - 1)) + "\n"
        }
        state.drawn = state.order.count
        state.lastDraw = clock.now
        Terminal.writeError(output)
    }

    private func line(_ digest: Digest, _ row: Row) -> String {
        let head = Sizes.pad("\(row.label) \(digest.short)", 22)
        guard let total = row.total, total > 0 else { return "\(head) \(Sizes.text(row.done))" }
        let cells = Int(min(row.done, total) * 24 / total)
        let bar = String(repeating: "#", count: cells) + String(repeating: ".", count: 24 - cells)
        return "\(head) [\(bar)] \(Sizes.text(row.done)) of \(Sizes.text(total))"
    }
}
