/// What an expression of a workflow can be.
enum ExpressionValue: Equatable {
    case null
    case bool(Bool)
    case text(String)

    /// As a condition: what is empty is false.
    var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .text(let text): !text.isEmpty
        }
    }

    /// As it stands in a text.
    var text: String {
        switch self {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .text(let text): text
        }
    }

    /// Whether two are equal: nothing and an empty text are, and texts without regard to case.
    func equals(_ other: ExpressionValue) -> Bool {
        switch (self, other) {
        case (.text(let one), .text(let two)): one.lowercased() == two.lowercased()
        case (.null, .text(let text)), (.text(let text), .null): text.isEmpty
        default: self == other
        }
    }
}
