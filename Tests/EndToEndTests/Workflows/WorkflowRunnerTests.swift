import Foundation
import TestSupport
import Testing

extension PipelineTests {
    /// The test runner itself: what it makes of a workflow, in containers of a small Debian.
    @Suite struct WorkflowRunnerTests {
        private static func workflow(_ jobs: String, _ image: String) throws -> Workflow {
            try Workflow(
                path: ".gitea/workflows/test.yaml",
                text: """
                    name: test
                    on: {push: {}}
                    env: {WIDE: "${{ github.job }}", IMAGE: \(image)}
                    defaults: {run: {shell: bash}}
                    jobs:
                    \(jobs)
                    """)
        }

        private static func run(_ engine: Engine, _ jobs: String) async throws -> WorkflowResult {
            var runner = WorkflowRunner(
                engine: engine, server: "http://127.0.0.1:1", repository: "team/app")
            runner.images["debian"] = engine.base
            runner.secrets["TOKEN"] = "multi\nline"
            let event = WorkflowEvent(
                name: "push", ref: "refs/heads/main", commit: String(repeating: "a", count: 40))
            return try await runner.run(try workflow(jobs, engine.base), on: event)
        }

        @Test("steps share a workspace, and hand on outputs, variables and files", .needs(.engine))
        func whole() async throws {
            let engine = try Engine()
            let result = try await Self.run(
                engine,
                """
                  two:
                    needs: [one]
                    runs-on: debian
                    timeout-minutes: 1
                    steps:
                      - name: Take
                        uses: actions/download-artifact@\(String(repeating: "0", count: 40))
                        with: {name: things, path: "${{ runner.temp }}/in"}
                      - name: See
                        env: {WORD: "${{ needs.one.outputs.word }}", SECRET: "${{ secrets.TOKEN }}"}
                        run: |
                          test "$WORD" = "a=b" && test "$WIDE" = two && test "$(cat /tmp/in/sub/file)" = "multi
                          line" && test "$SECRET" = "$(cat /tmp/in/sub/file)"
                  one:
                    runs-on: debian
                    timeout-minutes: 1
                    outputs: {word: "${{ steps.first.outputs.word }}"}
                    steps:
                      - name: First
                        id: first
                        env: {SECRET: "${{ secrets.TOKEN }}"}
                        run: |
                          mkdir -p out/sub && printf %s "$SECRET" >out/sub/file
                          echo "word=a=b" >>"$GITHUB_OUTPUT"
                          echo "LATER=yes" >>"$GITHUB_ENV"
                          echo "# Done" >>"$GITHUB_STEP_SUMMARY"
                      - name: Second
                        working-directory: out
                        run: test "$LATER" = yes && test -e sub/file && test "$PWD" = "$GITHUB_WORKSPACE/out"
                      - name: Keep
                        uses: actions/upload-artifact@\(String(repeating: "0", count: 40))
                        with: {name: things, path: out}
                """)
            #expect(result.isGreen, "\(result.failures)")
            #expect(result.jobs["one"]?.summary == "# Done\n")
            #expect(try result.artifacts.text("things/sub/file") == "multi\nline")
        }

        @Test(
            "a step that fails ends its job but for what always runs, and the jobs that need it",
            .needs(.engine))
        func failing() async throws {
            let engine = try Engine()
            let result = try await Self.run(
                engine,
                """
                  one:
                    runs-on: debian
                    timeout-minutes: 1
                    steps:
                      - {name: Pipe, run: "false | true"}
                      - {name: Never, run: "true"}
                      - {name: Always, if: always(), run: "true"}
                      - {name: Missing, if: failure(), uses: "actions/upload-artifact@\(String(repeating: "0", count: 40))", with: {name: x, path: none, if-no-files-found: error}}
                  two: {needs: one, runs-on: debian, timeout-minutes: 1, steps: [{name: S, run: "true"}]}
                  three: {needs: one, if: always(), runs-on: debian, timeout-minutes: 1, steps: [{name: S, run: "true"}]}
                """)
            let one = try #require(result.jobs["one"])
            #expect(one.steps.map(\.outcome) == [.failure, .skipped, .success, .failure])
            #expect(one.result == .failure && !result.isGreen)
            #expect(
                result.jobs["two"]?.result == .skipped && result.jobs["three"]?.result == .success)
        }
    }
}
