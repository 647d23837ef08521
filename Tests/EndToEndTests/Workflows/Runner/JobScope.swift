import TestSupport

/// What the expressions of one job may read.
struct JobScope: ExpressionScope {
    /// How something ended.
    enum Outcome: String { case success, failure, skipped }

    /// What a job that was needed leaves behind.
    struct Need {
        var result: Outcome
        var outputs: [String: String]
    }

    /// What a step leaves behind.
    struct Done {
        var outcome: Outcome
        var outputs: [String: String]
    }

    var github: [String: String]
    var variables: [String: String]
    var secrets: [String: String]
    var inputs: [String: String]
    var temporary: String
    var environment: [String: String] = [:]
    var needs: [String: Need] = [:]
    var steps: [String: Done] = [:]
    /// Whether all went well so far: the jobs needed for a job, the steps before for a step.
    var isWell = true

    func value(_ path: [String]) throws -> ExpressionValue {
        switch (path[0], path.count) {
        case ("github", 2):
            guard let text = github[path[1]] else { throw unknown(path) }
            return .text(text)
        // What is not set is nothing, as it is for a runner.
        case ("vars", 2): return text(variables[path[1]])
        case ("secrets", 2): return text(secrets[path[1]])
        case ("inputs", 2): return text(inputs[path[1]])
        case ("env", 2): return text(environment[path[1]])
        case ("runner", 2) where path[1] == "temp": return .text(temporary)
        case ("needs", 3) where path[2] == "result":
            guard let need = needs[path[1]] else { throw unknown(path) }
            return .text(need.result.rawValue)
        case ("needs", 4) where path[2] == "outputs":
            guard let need = needs[path[1]] else { throw unknown(path) }
            return text(need.outputs[path[3]])
        case ("steps", 3) where path[2] == "outcome":
            return text(steps[path[1]]?.outcome.rawValue)
        case ("steps", 4) where path[2] == "outputs": return text(steps[path[1]]?.outputs[path[3]])
        default: throw unknown(path)
        }
    }

    func status(_ function: String) -> Bool {
        switch function {
        case "always": true
        case "failure": !isWell
        default: isWell
        }
    }

    /// Whether a job or step is to run.
    func allows(_ condition: String?) throws -> Bool {
        guard var text = condition else { return isWell }
        if text.hasPrefix("${{"), text.hasSuffix("}}") {
            text = String(text.dropFirst(3).dropLast(2))
        }
        let expression = try Expression(text)
        guard isWell || expression.asksStatus else { return false }
        return try expression.evaluated(in: self).isTrue
    }

    /// Texts with their expressions filled in.
    func filled(_ texts: [String: String]) throws -> [String: String] {
        try texts.mapValues { try Template($0).filled(in: self) }
    }

    private func text(_ text: String?) -> ExpressionValue { text.map { .text($0) } ?? .null }

    private func unknown(_ path: [String]) -> SupportError {
        SupportError("there is no \(path.joined(separator: "."))")
    }
}
