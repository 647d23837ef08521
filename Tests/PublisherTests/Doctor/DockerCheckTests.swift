import OCIRegistry
import Testing

@testable import Publisher

/// The docker program beside an engine.
@Suite struct DockerCheckTests {
    private func check(
        client: String?, pinned: String? = nil, oldest: String = "1.44", newest: String = "1.52"
    ) throws -> DockerCheck {
        let version = try JSON.decode(
            DockerEngine.Version.self,
            from: Array(
                #"{"Version":"29.0.1","ApiVersion":"\#(newest)","MinAPIVersion":"\#(oldest)"}"#.utf8
            ),
            what: "it")
        let printed = client.map {
            DockerClient(printed: Array(#"{"Version":"20.10","DefaultAPIVersion":"\#($0)"}"#.utf8))
        }
        return DockerCheck(
            engine: .success(version), address: "unix:///d", isExpected: true,
            client: .success(printed), pinned: pinned)
    }

    static let pairs: [(String, String?, Diagnosis.Severity)] = [
        ("1.41", nil, .problem), ("1.43", nil, .problem), ("1.44", nil, .ok), ("1.52", nil, .ok),
        ("1.100", nil, .ok), ("1.52", "1.9", .problem), ("1.52", "1.44", .ok),
        ("1.52", "1.53", .problem), ("4.3.1", nil, .ok),
    ]

    @Test("versions are compared by number", arguments: pairs)
    func versions(client: String, pinned: String?, severity: Diagnosis.Severity) throws {
        let found = try check(client: client, pinned: pinned).diagnoses
        #expect(found.map(\.severity) == [.ok, severity])
    }

    @Test("without a program the engine alone is told, and without either nothing is wrong")
    func absence() throws {
        #expect(try check(client: nil).diagnoses.count == 1)
        var nobody = try check(client: "1.41")
        nobody.engine = .failure(OCIError(.unreachable, "nobody"))
        #expect(nobody.diagnoses.map(\.severity) == [.warning, .ok])
        nobody.isExpected = false
        #expect(nobody.diagnoses.map(\.severity) == [.ok, .ok])
    }

    @Test("what the program prints beside an engine is not what it speaks by itself")
    func printed() {
        let text = #"{"Version":"28.5.0","ApiVersion":"1.24","DefaultAPIVersion":"1.51"}"#
        #expect(DockerClient(printed: Array(text.utf8)).newestAPI?.description == "1.51")
        #expect(DockerClient(printed: Array("permission denied".utf8)).newestAPI == nil)
    }
}
