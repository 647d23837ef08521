import TestSupport
import Testing

/// `publisher run start --expect`: whether a job runs in the builder that is pinned.
@Suite struct RunExpectTests {
    private static let digest = "sha256:\(String(repeating: "0", count: 64))"
    private static let other = "sha256:\(String(repeating: "1", count: 64))"

    @Test(
        "the pinned builder passes, whether named by digest or by reference",
        arguments: [digest, "git.example.org/team/builder@\(digest)", "h.example/b:1@\(digest)"])
    func pinned(expected: String) async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let result = try await scene.run(
            "start", "--no-engine", "--expect", expected,
            environment: ["PUBLISHER_BUILDER_IMAGE": "\(registry.host)/team/builder@\(Self.digest)"]
        )
        #expect(result.status == 0, "\(result.stderr)")
    }

    @Test("another builder than the pinned one fails, and is recorded as what ran")
    func another() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let builder = "\(registry.host)/team/builder@\(Self.other)"
        let result = try await scene.run(
            "start", "--no-engine", "--expect", Self.digest, "--record", "run.json",
            environment: ["PUBLISHER_BUILDER_IMAGE": builder])
        #expect(result.status == 11)
        expectError(result, says: ["the job runs in \(builder), expected \(Self.digest)"])
        #expect(try scene.statement("run.json").contains(Self.other.dropFirst(7)))
        let again = try await scene.run(
            "start", "--no-engine", "--expect", Self.digest,
            environment: ["PUBLISHER_BUILDER_IMAGE": builder])
        #expect(again.status == 11, "a step that is repeated is no way around it")
    }

    @Test("a builder that is not known is not the pinned one")
    func unknown() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let result = try await scene.run("start", "--no-engine", "--expect", Self.digest)
        #expect(result.status == 11)
        expectError(result, says: ["it is not known which image the job runs in"])
    }

    @Test("a pin that is missing, or a tag, is refused before anything is recorded")
    func noDigest() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let empty = try await scene.run("start", "--no-engine", "--expect", "")
        #expect(empty.status == 64)
        expectError(empty, says: ["no builder is pinned", "variable"])
        let tag = try await scene.run("start", "--no-engine", "--expect", "h.example/b:latest")
        #expect(tag.status == 64)
        expectError(tag, says: ["h.example/b:latest", "names no digest"])
        #expect(registry.tags("team/runs").isEmpty)
    }
}
