import Foundation
import Glibc
import Synchronization

/// What would outlive the test process: stopped and removed when it exits.
enum Leftovers {
    private struct State {
        var children: Set<pid_t> = []
        var folders: Set<String> = []
        var isRegistered = false
    }

    private static let state = Mutex(State())

    static func add(child: pid_t) { change { $0.children.insert(child) } }
    static func add(folder: String) { change { $0.folders.insert(folder) } }
    static func remove(child: pid_t) { change { $0.children.remove(child) } }
    static func remove(folder: String) { change { $0.folders.remove(folder) } }

    private static func change<Result>(_ body: (inout sending State) -> Result) {
        state.withLock { state in
            if !state.isRegistered { atexit { Leftovers.cleanUp() } }
            state.isRegistered = true
            _ = body(&state)
        }
    }

    private static func cleanUp() {
        let (children, folders) = state.withLock { ($0.children, $0.folders) }
        for child in children { _ = kill(child, SIGTERM) }
        if !children.isEmpty { usleep(200_000) }
        for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
    }
}
