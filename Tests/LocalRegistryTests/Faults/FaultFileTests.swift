import ConfigurationFile
import HTTPTypes
import OCIRegistry
import TestSupport
import Testing

@testable import LocalRegistry

@Suite("Faults files")
struct FaultFileTests {
    @Test(
        "every action has its words",
        arguments: [
            ("on: PUT, status: 503", "PUT: status 503"),
            ("on: PUT, refuse: 413, body: no", "PUT: refuse 413"),
            ("on: \"GET /v2/**\", delay: 500ms", "GET /v2/**: delay 0.5 seconds"),
            ("drop-after-receiving: 64KiB", "*: drop-after-receiving 65536"),
            ("drop-after-sending: 1.5kB", "*: drop-after-sending 1500"),
            ("truncate: 0", "*: truncate 0"), ("corrupt: 10", "*: corrupt 10"),
            ("corrupt-request: 10", "*: corrupt-request 10"),
            ("replace-body: \"{}\"", "*: replace-body (2 bytes)"),
            (
                "rewrite-headers: {Location: /a, Server: null}",
                "*: rewrite-headers Location, Server"
            ),
            ("lose-reply: true", "*: lose-reply"), ("expire-tokens: true", "*: expire-tokens"),
            ("throttle: 1MB/s", "*: throttle 1000000 bytes a second"),
        ])
    func actions(_ entry: String, _ description: String) throws {
        let faults = try FaultFile.parse("faults:\n  - {\(entry)}\n", name: "f")
        #expect(faults.map(\.description) == [description])
    }

    @Test("counts, headers and bodies are read")
    func details() throws {
        let text = """
            faults:
              - {on: PUT, skip: 3, times: 2, status: 503, headers: {Retry-After: 1}, body: busy}
              - on: DELETE /v2/**
                times: always
                rewrite-headers: {Location: ~, Server: x}
            """
        let faults = try FaultFile.parse(text, name: "f")
        #expect(faults.map(\.skip) == [3, 0])
        #expect(faults.map(\.times) == [2, Fault.always])
        guard case .status(.serviceUnavailable, let headers, let body) = faults[0].action,
            case .rewriteHeaders(let changes) = faults[1].action
        else {
            Issue.record("other actions")
            return
        }
        #expect(headers[.retryAfter] == "1")
        #expect(body == Array("busy".utf8))
        #expect(changes == [.location: nil, .server: "x"])
    }

    @Test(
        "a mistake is named with its line and its cure",
        arguments: [
            ("faults:\n  - {on: PUT, stauts: 503}", 2, "stauts", "status"),
            ("faults:\n\n  - {on: PUT}", 3, "no action", "truncate"),
            ("faults:\n  - {truncate: 1, corrupt: 1}", 2, "more than one", "lose-reply"),
            ("faults:\n  - truncate: 1\n    body: x", 3, "does not go with", "status"),
            ("faults:\n  - on: PUTT\n    truncate: 1", 2, "PUTT", "PUT /v2"),
            ("faults:\n  - delay: 5", 2, "\"5\"", "500ms"),
            ("faults:\n  - delay: 2000m", 2, "2000m", "500ms"),
            ("faults:\n  - truncate: -1", 2, "-1", "64KiB"),
            ("faults:\n  - truncate: 1.5", 2, "1.5", "64KiB"),
            ("faults:\n  - throttle: 1MB", 2, "1MB", "1MB/s"),
            ("faults:\n  - throttle: 0/s", 2, "0/s", "1MB/s"),
            ("faults:\n  - status: 99", 2, "99", "503"),
            ("faults:\n  - lose-reply: false", 2, "false", "true"),
            ("faults:\n  - truncate: 1\n    times: 0", 3, "0", "always"),
            ("faults:\n  - truncate: 1\n    skip: x", 3, "x", "skip: 1"),
            ("faults:\n  - truncate: [1]", 2, "not text", "one value"),
            ("faults:\n  - status: 200\n    headers: {\"a b\": x}", 3, "a b", "letters"),
            ("faults:\n  - status: 200\n    headers: {a: \"x\\ny\"}", 3, "value", "line"),
            ("faults:\n  - rewrite-headers: x", 2, "mapping", "Name"),
            ("faults:\n  - hello", 2, "mapping", "key"),
            ("faults: 3", 1, "not a list", "- "),
            ("[]", 1, "not a mapping", "key"),
            ("{}", 1, "no \"faults\"", "faults:"),
            ("fault: []", 1, "\"fault\"", "faults"),
            ("faults:\n  - {truncate: 1, truncate: 2}", 2, "twice", "correct"),
            ("faults:\n  - {truncate: 1", 3, "YAML", "correct"),
        ])
    func mistakes(_ text: String, _ line: Int, _ problem: String, _ cure: String) throws {
        let error = #expect(throws: OCIError.self) { try FaultFile.parse(text, name: "f.yaml") }
        #expect(error?.kind == .configuration)
        #expect(error?.subject == "f.yaml")
        #expect(error?.message.contains("line \(line)") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
        #expect(error?.advice?.contains(cure) == true, "\(error?.advice ?? "")")
    }

    @Test("a plan is loaded from a file of a bounded size")
    func load() async throws {
        let folder = try TemporaryFolder()
        let plan = FaultPlan()
        try await plan.load(folder.write("faults.yaml", "faults:\n  - {on: PUT, truncate: 1}\n"))
        #expect(plan.unfired.map(\.description) == ["PUT: truncate 1"])
        try await plan.load(folder.write("empty.yaml", ""))
        let large = [UInt8](repeating: 35, count: ConfigurationNode.sizeLimit + 1)
        await #expect(throws: OCIError.self) { try await plan.load(folder.write("large", large)) }
        await #expect(throws: OCIError.self) { try await plan.load(folder.file("none")) }
        #expect(plan.unfired.count == 1)
    }
}
