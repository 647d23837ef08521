import Foundation
import TestSupport
import Testing

@Suite struct ProcessTests {
    @Test func capturesEverything() async throws {
        let folder = try TemporaryFolder()
        let script = "cat; pwd; echo $A >&2; exit 3"
        let result = try await ChildProcess.run(
            ProgramCall(
                "sh", ["-c", script], environment: ["A": "b"], directory: folder.path,
                stdin: Array("in\n".utf8)))
        #expect(result.status == 3)
        #expect(result.stdout == "in\n\(folder.path)\n")
        #expect(result.stderr == "b\n")
    }

    @Test func passesOnlyWhatIsGiven() async throws {
        let call = ProgramCall("env", [], environment: ["A": "b"], inheritsEnvironment: false)
        #expect(try await ChildProcess.run(call).stdout == "A=b\n")
    }

    @Test func killsWhatTakesTooLong() async throws {
        await #expect(throws: SupportError.self) {
            try await ChildProcess.run(ProgramCall("sleep", ["60"]), timeout: 0.2)
        }
    }

    @Test func saysWhenAProgramIsMissing() {
        #expect(throws: SupportError.self) { try ChildProcess(ProgramCall("/no/such/program")) }
    }

    @Test func endsWithItsOwner() async throws {
        var child: ChildProcess? = try ChildProcess(ProgramCall("sleep", ["60"]))
        let pid = try #require(child?.pid)
        child = nil
        for _ in 0..<500 where FileManager.default.fileExists(atPath: "/proc/\(pid)") {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(pid)"))
    }

    @Test func removesItsFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write("a/b", "c")
        #expect(try folder.read("a/b") == [99])
        folder.remove()
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
}
