import OCIRegistry

/// A request's query, decoded once. Fields may repeat.
struct Query: Sendable {
    private var fields: [(name: String, value: String)] = []

    /// Reads what follows the `?`. A field that cannot be decoded is left out.
    init(_ text: (some StringProtocol)?) {
        for field in (text ?? "").split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0].utf8, plusIsSpace: true),
                let value = PercentEncoding.decode(
                    parts.count == 2 ? Array(parts[1].utf8) : [], plusIsSpace: true)
            else { continue }
            fields.append((name, value))
        }
    }

    /// The first field of a name.
    subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// Every field of a name, in order.
    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}
