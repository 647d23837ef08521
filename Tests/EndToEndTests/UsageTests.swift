import TestSupport
import Testing

/// Commands that make no sense: exit code 64, a way out, and nothing sent.
@Suite(.serialized) struct UsageTests {
    private let scene: Scene

    init() throws { scene = try Scene() }

    private func expectRefused(
        _ arguments: [String], says texts: String..., hint: String = "next: ",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await scene.run(arguments)
        #expect(
            result.status == 64, "\(arguments): \(result.status) \(result.stderr)",
            sourceLocation: sourceLocation)
        #expect(result.stdout.isEmpty, sourceLocation: sourceLocation)
        for text in texts + [hint] {
            #expect(
                result.stderr.contains(text), "'\(text)' is missing: \(result.stderr)",
                sourceLocation: sourceLocation)
        }
        #expect(scene.registry.requests.isEmpty, sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ["--help"], ["push", "--help"], ["config", "check", "-h"], ["help", "push"],
    ])
    func helpIsAResult(_ arguments: [String]) async throws {
        let result = try await scene.run(arguments)
        #expect(result.status == 0)
        #expect(result.stdout.contains("USAGE: publisher"), "\(result.stdout)")
        #expect(result.stderr.isEmpty, "\(result.stderr)")
    }

    @Test func aTagIsNeverAssumed() async throws {
        try await expectRefused(
            ["push", scene.archive, scene.repository], says: "no tag is given", scene.repository,
            "'latest' is never assumed")
    }

    @Test func aDigestIsNoDestination() async throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        try await expectRefused(
            ["push", scene.archive, "\(scene.repository)@\(digest)"],
            says: "never a digest", "leave '@…' out")
    }

    @Test func upperCaseIsNoRepository() async throws {
        try await expectRefused(
            ["push", scene.archive, "\(scene.registry.host)/Team/App:dev"], says: "Team/App")
    }

    @Test func tagsMayNotDifferByCaseAlone() async throws {
        try await expectRefused(
            ["push", scene.archive, scene.destination, "--tag", "Dev"],
            says: "'dev' and 'Dev' differ only by case", "Gitea")
    }

    @Test(arguments: ["-bad", "a b", "a/b", String(repeating: "x", count: 129)])
    func illegalTags(tag: String) async throws {
        try await expectRefused(
            ["push", scene.archive, scene.repository, "--tag=\(tag)"], says: "tag")
    }

    @Test func passwordsAreNoArguments() async throws {
        try await expectRefused(
            ["push", scene.archive, scene.destination, "--username", "ci"],
            says: "--password-stdin", hint: "Usage:")
        try await expectRefused(
            ["push", scene.archive, scene.destination, "--password", "secret"],
            says: "--password", hint: "Usage:")
    }

    @Test(arguments: [
        ["--nonsense"], ["--chunk-size", "0"], ["--chunk-size", "65"], ["--parallel", "0"],
        ["--retry-for", "-1"], ["--compression", "lzma"], ["--compression-level", "10"],
        ["--client-cert", "x"], ["--format", "docker", "--compression", "zstd"],
    ])
    func illegalOptions(_ options: [String]) async throws {
        try await expectRefused(
            ["push", scene.archive, scene.destination] + options, says: options[0],
            hint: "Usage:")
    }

    @Test func illegalPlatforms() async throws {
        try await expectRefused(
            ["push", scene.archive, scene.destination, "--platform", "linux"], says: "linux")
    }

    @Test func missingArguments() async throws {
        try await expectRefused(["push"], says: "source", hint: "Usage:")
        try await expectRefused(["push", scene.archive], says: "destination", hint: "Usage:")
        try await expectRefused(["publish-all"], says: "publish-all", hint: "Usage:")
    }

    @Test func verbsSayWhatTheyTake() async throws {
        try await expectRefused(["tags", scene.destination], says: "not a tag")
        try await expectRefused(["delete", scene.repository], says: "a tag or a digest is needed")
        try await expectRefused(
            ["copy", "a.example/b:c", "d.example/e", "--all-tags", "--tag", "x"],
            says: "--all-tags", hint: "Usage:")
        try await expectRefused(
            ["inspect", "--raw", "--config", scene.destination], says: "--raw", hint: "Usage:")
        try await expectRefused(["inspect", scene.archive], says: "docker inspect")
        try await expectRefused(["digest", scene.archive], says: "publisher push")
    }
}
