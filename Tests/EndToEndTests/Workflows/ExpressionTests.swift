import TestSupport
import Testing

/// The expressions of workflows, as the test runner understands them.
@Suite struct ExpressionTests {
    private static let scope = {
        var scope = JobScope(
            github: ["event_name": "push", "ref": "refs/heads/main"],
            variables: ["A": "a", "EMPTY": ""],
            secrets: ["S": "secret"], inputs: [:], temporary: "/tmp")
        scope.needs["build"] = .init(result: .success, outputs: ["image": "sha256:1"])
        return scope
    }()

    @Test(
        "has the value that a runner gives it",
        arguments: [
            ("vars.A", "a"), ("vars.B || 'else'", "else"), ("vars.EMPTY || 'else'", "else"),
            ("inputs.builder || vars.A", "a"), ("github.event_name == 'push'", "true"),
            ("github.event_name != 'pull_request' && secrets.S || ''", "secret"),
            ("github.event_name == 'pull_request' && secrets.S || ''", ""),
            ("inputs.plan == ''", "true"), ("vars.A == 'A'", "true"), ("!(vars.A == 'b')", "true"),
            ("needs.build.outputs.image", "sha256:1"), ("needs.build.result == 'success'", "true"),
            ("always() && vars.B", ""), ("success() && !failure()", "true"),
            ("vars.A || vars.B && vars.EMPTY", "a"), ("steps.none.outputs.x", ""),
        ])
    func value(expression: String, text: String) throws {
        #expect(try Expression(expression).evaluated(in: Self.scope).text == text)
        #expect(try Template("<${{ \(expression) }}>").filled(in: Self.scope) == "<\(text)>")
    }

    @Test(
        "anything else is an error",
        arguments: [
            "hashFiles('x')", "github.event.number == 1", "vars.A == 'it''s'", "'open", "a &",
            "vars['A']", "vars.", "matrix.x", "contains(vars.A, 'a')", "vars.A == 'a' 'b'",
            "(vars.A",
            "github.eventname", "needs.lint.result", "",
        ])
    func unknown(expression: String) {
        #expect(throws: (any Error).self) {
            try Expression(expression).evaluated(in: Self.scope)
        }
    }

    @Test("a condition that asks nothing else runs only where all went well")
    func conditions() throws {
        var scope = Self.scope
        scope.isWell = false
        #expect(try !scope.allows(nil))
        #expect(try !scope.allows("github.event_name == 'push'"))
        #expect(try scope.allows("always() && github.event_name == 'push'"))
        #expect(try scope.allows("${{ failure() }}"))
        #expect(try !Self.scope.allows("failure()"))
        #expect(try Self.scope.allows(nil))
    }

    @Test("what a step writes for its runner is read as a runner does")
    func files() throws {
        let files = StepFiles(folder: try TemporaryFolder())
        try files.clear()
        try files.folder.write("outputcmd.txt", "a=1=2\nb<<END\none\n\ntwo\nEND\nc=\n")
        #expect(try files.pairs("GITHUB_OUTPUT") == ["a": "1=2", "b": "one\n\ntwo", "c": ""])
        try files.folder.write("outputcmd.txt", "no pair\n")
        #expect(throws: SupportError.self) { try files.pairs("GITHUB_OUTPUT") }
    }
}
