import Foundation
import TestSupport
import Testing

/// What the workflow says of the job's image, as the run's commit has it.
@Suite struct RunWorkflowTests {
    private static let path = ".gitea/workflows/ci.yaml"

    /// A checkout with a workflow whose job `build` runs in an image; gives the commit.
    private func commit(_ image: String, _ scene: RunScene) async throws -> String {
        try scene.program.home.write(
            Self.path, "on: push\njobs:\n  build:\n    container: {image: \"\(image)\"}\n")
        func git(_ arguments: String...) async throws -> String {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
            return try await ChildProcess.run(
                ProgramCall(
                    "git", ["-C", scene.program.home.path] + identity + arguments,
                    environment: ["HOME": scene.program.home.path])
            ).checked().stdout
        }
        _ = try await git("init", "--quiet")
        _ = try await git("add", Self.path)
        _ = try await git("commit", "--quiet", "--message", "one")
        return try await git("rev-parse", "HEAD").filter { !$0.isWhitespace }
    }

    private func digest(_ digit: String) -> String {
        "sha256:\(String(repeating: digit, count: 64))"
    }

    private func start(
        _ scene: RunScene, _ commit: String, _ environment: [String: String] = [:]
    ) async throws -> ChildResult {
        let checkout = ["GITHUB_SHA": commit, "GITHUB_WORKSPACE": scene.program.home.path]
        return try await scene.run(
            "start", "--no-engine", "--workflow", Self.path,
            environment: checkout.merging(environment) { $1 })
    }

    @Test("the digest that the workflow names at this commit counts, whatever the file says by now")
    func committed() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let builder = "\(scene.host)/team/builder@\(digest("1"))"
        let commit = try await commit(builder, scene)
        try scene.program.home.write(
            Self.path, "jobs: {build: {container: \"\(scene.host)/evil@\(digest("2"))\"}}\n")
        let started = try await start(scene, commit)
        #expect(started.status == 0, "\(started.stderr)")
        #expect(started.stderr.contains("ran in \(builder), grade C (workflow)"))
        #expect(try await scene.run("verify", "--minimum-grade", "C").status == 0)
    }

    @Test("a workflow and an operator that name different images fail every check of the grade")
    func disagreement() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let commit = try await commit("\(scene.host)/team/builder@\(digest("1"))", scene)
        let started = try await start(
            scene, commit, ["PUBLISHER_BUILDER_IMAGE": "\(scene.host)/team/builder@\(digest("2"))"])
        #expect(started.status == 0, "\(started.stderr)")
        #expect(started.stderr.contains("disagreement: "), "\(started.stderr)")
        let verified = try await scene.run("verify", "--minimum-grade", "D")
        #expect(verified.status == 11)
        #expect(verified.stdout.contains("its evidence contradicts itself"), "\(verified.stdout)")
        #expect(try await scene.run("list").stdout.contains("C!"))
    }

    @Test("a workflow that names a tag, or a commit that is not here, is told and proves nothing")
    func noDigest() async throws {
        let registry = try ScriptedRegistry()
        let scene = try await RunScene(registry.host)
        let commit = try await commit("\(scene.host)/team/builder:latest", scene)
        let tagged = try await start(scene, commit)
        #expect(tagged.stderr.contains("builder:latest', which is no digest"), "\(tagged.stderr)")
        #expect(tagged.stderr.contains("grade E"))
        let unknown = try await start(
            scene, String(repeating: "ab", count: 20), ["GITHUB_RUN_ID": "4712"])
        #expect(unknown.stderr.contains("is not to be had here"), "\(unknown.stderr)")
    }
}
