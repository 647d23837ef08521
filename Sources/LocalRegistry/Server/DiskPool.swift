import NIOPosix

/// The threads on which calls wait for the disk, so that no event loop does.
struct DiskPool: Sendable {
    private let threads: NIOThreadPool

    init(threads: NIOThreadPool) { self.threads = threads }

    /// Runs a call of the store and gives its result.
    func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await threads.runIfActive(body)
    }
}
