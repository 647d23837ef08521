import TestSupport
import Testing

/// `publisher tags` and `publisher delete`.
@Suite(.serialized) struct TagsTests {
    private func filled(_ quirks: RegistryQuirks, tags: [String]) throws -> Scene {
        let scene = try Scene(quirks: quirks)
        try OCILayout.image().put(into: scene.registry, "team/app", tags: tags)
        return scene
    }

    private static let pagings: [RegistryQuirks] = [true, false].flatMap { always in
        [1, 3, 7, nil].map { size in
            var quirks = RegistryQuirks()
            quirks.linkOnEveryPage = always
            quirks.largestTagPage = size
            return quirks
        }
    }

    @Test(arguments: pagings)
    func allPagesAreRead(quirks: RegistryQuirks) async throws {
        let names = (1...7).map { "v\($0)" }
        let scene = try filled(quirks, tags: names)
        let result = try await scene.run(["tags", scene.repository])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout == names.map { $0 + "\n" }.joined())
        #expect(scene.registry.count(pathContains: "/tags/list") <= 8)
    }

    @Test func aRegistryThatRefusesLongPagesIsAskedForShorterOnes() async throws {
        let names = (1...7).map { "v\($0)" }
        let scene = try filled(RegistryQuirks(), tags: names)
        scene.registry.inject(
            Fault(pathContains: "/tags/list", queryContains: "n=10000", times: 99, .status(400)))
        let result = try await scene.run(["tags", scene.repository])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout == names.map { $0 + "\n" }.joined())
    }

    @Test func digestsStandBesideTheTags() async throws {
        let scene = try filled(RegistryQuirks(), tags: ["a", "longer"])
        let digest = try #require(scene.tags["a"])
        let text = try await scene.run(["tags", scene.repository, "--digests"])
        #expect(text.stdout == "a       \(digest)\nlonger  \(digest)\n")
        let json = try await scene.run(["tags", scene.repository, "--digests", "--json"])
        #expect(json.stdout.contains("\"tag\" : \"longer\""))
        #expect(json.stdout.contains(digest))
    }

    @Test func aRepositoryThatDoesNotExistIsNotFound() async throws {
        let scene = try Scene()
        let result = try await scene.run(["tags", scene.repository])
        #expect(result.status == 66, "\(result.stderr)")
        expectError(result, says: [scene.repository, "no such repository"])
    }

    @Test(arguments: [RegistryQuirks(), .gitea])
    func deletingATagKeepsItsSiblings(quirks: RegistryQuirks) async throws {
        let scene = try filled(quirks, tags: ["a", "b"])
        let digest = try #require(scene.tags["a"])
        let result = try await scene.run(["delete", "\(scene.repository):a"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout == digest + "\n")
        #expect(scene.tags == ["b": digest])
        #expect(scene.registry.manifest("team/app", digest) != nil)
    }

    @Test func aRegistryThatDoesNotUntagDeletesNothingElse() async throws {
        var quirks = RegistryQuirks()
        quirks.refusesTagDelete = true
        let scene = try filled(quirks, tags: ["a", "b"])
        let before = scene.tags
        let result = try await scene.run(["delete", "\(scene.repository):a"])
        #expect(result.status == 76, "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        expectError(
            result,
            says: ["\(scene.repository):a", "nothing was deleted", "-> 405", "--with-tags"])
        #expect(scene.tags == before)
        #expect(scene.registry.count(method: "DELETE") == 1)
    }

    @Test func aDigestWithTagsIsDeletedOnlyOnPurpose() async throws {
        let scene = try filled(RegistryQuirks(), tags: ["a", "b"])
        let digest = try #require(scene.tags["a"])
        let refused = try await scene.run(["delete", "\(scene.repository)@\(digest)"])
        #expect(refused.status == 10, "\(refused.stderr)")
        expectError(refused, says: ["tags point at it: a, b", "--with-tags"])
        #expect(scene.registry.writes.isEmpty)
        let done = try await scene.run(
            ["delete", "\(scene.repository)@\(digest)", "--with-tags"])
        #expect(done.status == 0, "\(done.stderr)")
        #expect(scene.tags.isEmpty)
        #expect(scene.registry.manifest("team/app", digest) == nil)
    }

    @Test func aRegistryThatDeletesNothingSaysSo() async throws {
        var quirks = RegistryQuirks()
        quirks.refusesDelete = true
        let scene = try filled(quirks, tags: ["a"])
        let digest = try #require(scene.tags["a"])
        let result = try await scene.run(
            ["delete", "\(scene.repository)@\(digest)", "--with-tags"])
        #expect(result.status == 76, "\(result.stderr)")
        expectError(result, says: ["-> 405"])
        #expect(scene.tags == ["a": digest])
    }

    @Test func aDeletionThatDidNotHappenIsAFailure() async throws {
        let scene = try filled(RegistryQuirks(), tags: ["a"])
        scene.registry.inject(Fault(method: "DELETE", .status(202)))
        let result = try await scene.run(["delete", "\(scene.repository):a"])
        #expect(result.status == 76, "\(result.stderr)")
        expectError(result, says: ["still there", "\(scene.repository):a"])
        #expect(scene.registry.firedFaults.count == 1)
    }

    @Test func whatIsNotThereCannotBeDeleted() async throws {
        let scene = try filled(RegistryQuirks(), tags: ["a"])
        let result = try await scene.run(["delete", "\(scene.repository):b"])
        #expect(result.status == 66, "\(result.stderr)")
        expectError(result, says: ["\(scene.repository):b", "publisher tags"])
        #expect(scene.registry.writes.isEmpty)
    }
}
