import Foundation
import TestSupport
import Testing

/// The way out of a local registry, and into it: one command a repository takes everything along.
@Suite struct LocalRegistryWayOutTests {
    private struct Index: Decodable {
        struct Entry: Decodable { var digest: String }
        var manifests: [Entry]
    }
    private struct Tags: Decodable { var tags: [String] }

    private func copy(
        _ content: RegistryContent, from: String, to: String, _ visitor: LocalVisitor
    ) async throws {
        for name in content.repositories.keys.sorted() {
            let result = try await visitor.publisher(
                "copy", "\(from)/\(name)", "\(to)/\(name)", "--all-tags", "--referrers")
            #expect(result.status == 0, "\(name): \(result.stderr)")
        }
    }

    private func tags(of repository: String, at host: String) async throws -> Set<String> {
        let answer = try await curl([.get("http://\(host)/v2/\(repository)/tags/list")])
        return Set(try JSONDecoder().decode(Tags.self, from: Data(answer[0].body)).tags)
    }

    /// Every manifest, blob and tag is there byte for byte, and no tag is new but those under which
    /// referrers are listed.
    private func expectEverything(_ content: RegistryContent, at host: String) async throws {
        #expect(try await content.differences(at: host) == [])
        for (name, repository) in content.repositories {
            let tags = try await tags(of: name, at: host).filter { !$0.hasPrefix("sha256-") }
            #expect(tags == Set(repository.tags.keys))
        }
    }

    /// Each subject's referrers are listed, at this kind of place.
    private func expectReferrers(
        _ content: RegistryContent, at host: String, _ place: (String) -> String
    ) async throws {
        for (name, repository) in content.repositories {
            for (subject, referrers) in repository.referrers {
                let answer = try await curl([.get("http://\(host)/v2/\(name)/\(place(subject))")])
                let index = try JSONDecoder().decode(Index.self, from: Data(answer[0].body))
                #expect(index.manifests.map(\.digest).sorted() == referrers.sorted())
            }
        }
    }

    private let api = { (subject: String) in "referrers/\(subject)" }
    private let fallback = { (subject: String) in
        "manifests/\(subject.replacing(":", with: "-"))"
    }

    @Test("a filled local registry moves to docker-registry and back")
    func toDockerRegistryAndBack() async throws {
        let here = try await LocalRegistryServer()
        let there = try await DockerRegistry()
        let visitor = try LocalVisitor(here, open: [there.host])
        let content = try RegistryContent.everything()
        try await content.put(into: here.host)
        try await expectEverything(content, at: here.host)
        try await expectReferrers(content, at: here.host, api)

        try await copy(content, from: here.host, to: there.host, visitor)
        try await expectEverything(content, at: there.host)
        try await expectReferrers(content, at: there.host, fallback)
        #expect(try await tags(of: "other", at: there.host) == ["files"])

        let again = try await LocalRegistryServer()
        try await copy(content, from: there.host, to: again.host, visitor)
        try await expectEverything(content, at: again.host)
        try await expectReferrers(content, at: again.host, api)
        try await here.stop()
        try await again.stop()
    }

    @Test("a filled local registry moves to one of Gitea's dialect and back")
    func toGiteaAndBack() async throws {
        let here = try await LocalRegistryServer()
        let there = try await LocalRegistryServer(LocalSetup(dialect: .gitea))
        let again = try await LocalRegistryServer()
        let visitor = try LocalVisitor(here, there, again)
        let content = try RegistryContent.everythingForGitea()
        try await content.put(into: here.host)
        try await copy(content, from: here.host, to: there.host, visitor)
        try await expectEverything(content, at: there.host)
        try await expectReferrers(content, at: there.host, fallback)
        try await copy(content, from: there.host, to: again.host, visitor)
        try await expectEverything(content, at: again.host)
        try await expectReferrers(content, at: again.host, api)
        for registry in [here, there, again] { try await registry.stop() }
    }

    @Test("blobs of SHA-512 move to a local registry, and docker-registry's no is told")
    func sha512() async throws {
        let here = try await LocalRegistryServer()
        let there = try await LocalRegistryServer()
        let visitor = try LocalVisitor(here, there)
        let content = try RegistryContent.sha512()
        try await content.put(into: here.host)
        try await copy(content, from: here.host, to: there.host, visitor)
        try await expectEverything(content, at: there.host)
        // It renames them to SHA-256, under which the manifest does not know them.
        let docker = try await DockerRegistry()
        let result = try await visitor.publisher(
            "copy", "\(here.host)/team/long:long", "\(docker.host)/team/long")
        #expect(result.status == 76, "\(result.stderr)")
        expectError(result, says: ["the registry stored sha256:", "sha512:"])
        try await here.stop()
        try await there.stop()
    }
}
