import OCIRegistry

/// Gives something up that takes longer than it may.
///
/// Throws ``OCIError`` (temporary) then, and what `body` throws.
func within<T: Sendable>(
    _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> T
) async throws -> T {
    try await withThrowingTaskGroup(of: T?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else {
            throw OCIError(.temporary, "\(what) did not answer within \(limit)")
        }
        return value
    }
}
