/// Does something with each of some values, all at once, and gives the results in their order.
func inOrder<Value: Sendable, Output: Sendable>(
    _ values: [Value], _ body: @escaping @Sendable (Value) async -> Output
) async -> [Output] {
    await withTaskGroup(of: (Int, Output).self) { group in
        for (index, value) in values.enumerated() { group.addTask { (index, await body(value)) } }
        var outputs: [(Int, Output)] = []
        for await output in group { outputs.append(output) }
        return outputs.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
