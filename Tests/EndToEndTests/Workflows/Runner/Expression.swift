import TestSupport

/// An expression of a workflow, of the few kinds that the workflows here use. Any other is an error, so that
/// nothing is understood otherwise than a runner would.
indirect enum Expression: Equatable {
    case value(ExpressionValue)
    /// `github.ref`, `needs.build.outputs.image`.
    case context([String])
    /// `always()`, `success()`, `failure()`.
    case status(String)
    case not(Expression)
    case equal(Expression, Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)

    /// Reads what stands between `${{` and `}}`, or a condition.
    init(_ text: String) throws {
        var parser = ExpressionParser(try ExpressionToken.all(in: text), text)
        self = try parser.whole()
    }

    /// Whether it asks how things went so far; a condition that does not stands for `success() && …`.
    var asksStatus: Bool {
        switch self {
        case .value, .context: false
        case .status: true
        case .not(let inner): inner.asksStatus
        case .equal(let one, let two), .and(let one, let two), .or(let one, let two):
            one.asksStatus || two.asksStatus
        }
    }

    /// The names of the contexts that it reads.
    var contexts: [[String]] {
        switch self {
        case .value, .status: []
        case .context(let path): [path]
        case .not(let inner): inner.contexts
        case .equal(let one, let two), .and(let one, let two), .or(let one, let two):
            one.contexts + two.contexts
        }
    }

    /// Its value. Throws where a context has no such entry and should.
    func evaluated(in scope: some ExpressionScope) throws -> ExpressionValue {
        switch self {
        case .value(let value): return value
        case .context(let path): return try scope.value(path)
        case .status(let name): return .bool(try scope.status(name))
        case .not(let inner): return .bool(!(try inner.evaluated(in: scope)).isTrue)
        case .equal(let one, let two):
            return .bool(try one.evaluated(in: scope).equals(try two.evaluated(in: scope)))
        case .and(let one, let two):
            let first = try one.evaluated(in: scope)
            return first.isTrue ? try two.evaluated(in: scope) : first
        case .or(let one, let two):
            let first = try one.evaluated(in: scope)
            return first.isTrue ? first : try two.evaluated(in: scope)
        }
    }
}

/// Whoever knows what the contexts hold.
protocol ExpressionScope {
    func value(_ path: [String]) throws -> ExpressionValue
    func status(_ function: String) throws -> Bool
}

/// A word of an expression.
private enum ExpressionToken: Equatable {
    case name(String)
    case text(String)
    case sign(String)

    static func all(in text: String) throws -> [ExpressionToken] {
        var rest = Substring(text)
        var tokens: [ExpressionToken] = []
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if let sign = ["&&", "||", "==", "!=", "(", ")", "!"].first(
                where: rest.hasPrefix)
            {
                tokens.append(.sign(sign))
                rest.removeFirst(sign.count)
            } else if first == "'" {
                rest.removeFirst()
                guard let end = rest.firstIndex(of: "'") else {
                    throw SupportError("a text without an end: \(text)")
                }
                let after = rest.index(after: end)
                guard rest[after...].first != "'" else {
                    throw SupportError("'' within a text is not known here: \(text)")
                }
                tokens.append(.text(String(rest[..<end])))
                rest = rest[after...]
            } else {
                let name = rest.prefix { $0.isLetter || $0.isNumber || "._-".contains($0) }
                guard !name.isEmpty else {
                    throw SupportError("'\(first)' is not known here: \(text)")
                }
                tokens.append(.name(String(name)))
                rest = rest.dropFirst(name.count)
            }
        }
        return tokens
    }
}

/// From words to an expression, what binds least first.
private struct ExpressionParser {
    private var tokens: ArraySlice<ExpressionToken>
    private let text: String

    init(_ tokens: [ExpressionToken], _ text: String) {
        self.tokens = tokens[...]
        self.text = text
    }

    mutating func whole() throws -> Expression {
        let expression = try or()
        guard tokens.isEmpty else { throw error }
        return expression
    }

    private mutating func or() throws -> Expression {
        var left = try and()
        while take("||") { left = .or(left, try and()) }
        return left
    }

    private mutating func and() throws -> Expression {
        var left = try comparison()
        while take("&&") { left = .and(left, try comparison()) }
        return left
    }

    private mutating func comparison() throws -> Expression {
        let left = try single()
        if take("==") { return .equal(left, try single()) }
        if take("!=") { return .not(.equal(left, try single())) }
        return left
    }

    private mutating func single() throws -> Expression {
        if take("!") { return .not(try single()) }
        if take("(") {
            let inner = try or()
            guard take(")") else { throw error }
            return inner
        }
        switch tokens.popFirst() {
        case .text(let text): return .value(.text(text))
        case .name(let name):
            if take("(") {
                guard ["always", "success", "failure"].contains(name), take(")") else {
                    throw error
                }
                return .status(name)
            }
            if name == "true" || name == "false" { return .value(.bool(name == "true")) }
            let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard path.count > 1, !path.contains("") else { throw error }
            return .context(path)
        default: throw error
        }
    }

    private mutating func take(_ sign: String) -> Bool {
        guard tokens.first == .sign(sign) else { return false }
        tokens.removeFirst()
        return true
    }

    private var error: SupportError { SupportError("this expression is not known here: \(text)") }
}
