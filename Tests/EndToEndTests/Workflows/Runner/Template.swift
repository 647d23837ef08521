import TestSupport

/// A text with expressions in it: `sha-${{ github.sha }}`.
struct Template {
    enum Part: Equatable {
        case text(String)
        case expression(Expression)
    }

    let parts: [Part]

    init(_ text: String) throws {
        var parts: [Part] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${{") {
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw SupportError("an expression without an end: \(text)")
            }
            if start.lowerBound > rest.startIndex {
                parts.append(.text(String(rest[..<start.lowerBound])))
            }
            parts.append(
                .expression(try Expression(String(rest[start.upperBound..<end.lowerBound]))))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// The text with the values in it.
    func filled(in scope: some ExpressionScope) throws -> String {
        try parts.map { part in
            switch part {
            case .text(let text): text
            case .expression(let expression): try expression.evaluated(in: scope).text
            }
        }.joined()
    }

    /// The expressions.
    var expressions: [Expression] {
        parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }
}
