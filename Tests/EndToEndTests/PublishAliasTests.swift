import Foundation
import LocalRegistry
import TestSupport
import Testing

/// Which publish an alias belongs to.
@Suite struct PublishAliasTests {
    /// Publishes a commit as a version from now on, and gives the receipt.
    private func release(
        _ scene: PublishScene, _ commit: Int, _ version: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Receipt {
        let source = try scene.archive(PublishScene.image(commit))
        let result = try await scene.publish(
            source, commit, ref: "refs/tags/v\(version)", "--json")
        #expect(result.status == 0, "\(result.stderr)", sourceLocation: sourceLocation)
        return try Receipt(result.output)
    }

    @Test(
        "an older version leaves the aliases of newer ones alone",
        arguments: [Dialect.oci, .gitea])
    func forwardOnly(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let tenth = try await release(scene, 0, "2026.7.10")
            #expect(tenth.outcomes == ["2026.7.10: created", "latest: created", "2026.7: created"])
            let ninth = try await release(scene, 1, "2026.7.9")
            #expect(
                ninth.outcomes == ["2026.7.9: created", "latest: superseded", "2026.7: superseded"])
            #expect(ninth.complete)
            let august = try await release(scene, 2, "2026.8.1")
            #expect(august.outcomes == ["2026.8.1: created", "latest: moved", "2026.8: created"])
            // A fix of an older line moves the alias of that line.
            let hotfix = try await scene.publish(
                scene.archive(PublishScene.image(0, seed: 50)), ref: "refs/tags/v2026.7.11")
            #expect(hotfix.status == 0)
            #expect(
                hotfix.stderr.contains(
                    "latest: superseded, left alone: it names 2026.8.1, which is newer"),
                "\(hotfix.stderr)")
            let tags = try await registry.tags()
            #expect(tags["latest"] == tags["2026.8.1"] && tags["2026.7"] == tags["2026.7.11"])
        }
    }

    @Test("a pre-release moves no alias", arguments: [Dialect.oci, .gitea])
    func prerelease(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let result = try await release(scene, 0, "2026.7.10-rc.1")
            #expect(
                result.outcomes
                    == ["2026.7.10-rc.1: created", "latest: withheld", "2026.7: withheld"])
            #expect(try await registry.tags().keys.sorted() == ["2026.7.10-rc.1"])
        }
    }

    @Test(
        "an older run leaves the aliases to the newer one, by the time of the images",
        arguments: [Dialect.oci, .gitea])
    func created(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let newer = try await scene.published(1)
            let older = try await scene.published(0)
            #expect(
                try await registry.tags()
                    == ["sha-aaaaaaa": older, "sha-bbbbbbb": newer, "dev": newer, "main": newer])
        }
    }

    @Test(
        "where the checkout knows both commits, its history decides",
        arguments: [Dialect.oci, .gitea])
    func history(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let home = scene.program.home.path
            let git = ["-C", home, "-c", "user.name=t", "-c", "user.email=t@example.org"]
            func run(_ arguments: String...) async throws -> String {
                let call = ProgramCall("git", git + arguments)
                return try await ChildProcess.run(call).checked().firstLine
            }
            _ = try await run("init", "-q")
            var commits: [String] = []
            for number in 0..<2 {
                _ = try await run("commit", "-q", "--allow-empty", "-m", "\(number)")
                commits.append(try await run("rev-parse", "HEAD"))
            }
            // The image of the first commit is the younger of the two.
            func publish(_ number: Int) async throws -> ChildResult {
                var image = PublishScene.image(1 - number)
                image.labels["org.opencontainers.image.revision"] = commits[number]
                return try await scene.publish(
                    scene.archive(image), 0, "--revision", commits[number])
            }
            let second = try await publish(1)
            #expect(second.status == 0, "\(second.stderr)")
            let first = try await publish(0)
            #expect(first.status == 0, "\(first.stderr)")
            #expect(
                first.stderr.contains("it names commit \(commits[1]), which comes after this one"),
                "\(first.stderr)")
            let tags = try await registry.tags()
            #expect(tags["main"] == second.firstLine && tags["dev"] == second.firstLine)
            #expect(tags.count == 4)
        }
    }
}
