extension Result where Failure == any Error, Success: Sendable {
    /// What comes of some work.
    init(catching work: () async throws -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}

/// Does something with each of several at the same time; the answers stand in their order.
func concurrently<Item: Sendable, Answer: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async -> Answer
) async -> [Answer] {
    await withTaskGroup(of: (Int, Answer).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask { (index, await body(item)) }
        }
        return await group.reduce(into: [(Int, Answer)]()) { $0.append($1) }
            .sorted { $0.0 < $1.0 }.map(\.1)
    }
}
