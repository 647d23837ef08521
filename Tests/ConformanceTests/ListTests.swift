import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite("Lists of tags and repositories")
struct ListTests {
    private let tags = (1...25).map { "v\($0)" }.sorted()

    private func tagged() async throws -> TestRepository {
        let repository = try await RegistryUnderTest.repository()
        let document = try #require(try await Kind.emptyIndex.make().documents.first)
        for tag in tags.reversed() { try await repository.put(document, as: tag).require(201) }
        return repository
    }

    @Test("All tags are listed in order, under the repository's name")
    func all() async throws {
        let repository = try await tagged()
        let reply = try await repository.ask(.get, "tags/list").require(200)
        #expect(reply["Content-Type"]?.hasPrefix("application/json") == true, "\(reply)")
        let page = try reply.json(TagPage.self)
        #expect(page.name == repository.name)
        #expect(page.tags == tags)
        #expect(reply["Link"] == nil)
    }

    @Test("Links lead through all tags, each once and in order", arguments: [1, 5, 7, 25, 100])
    func pages(of size: Int) async throws {
        let repository = try await tagged()
        var found: [String] = []
        var reply = try await repository.ask(.get, "tags/list", query: [("n", "\(size)")])
        for _ in 0...tags.count {
            let page = try reply.require(200).json(TagPage.self).tags ?? []
            #expect(page.count == min(size, tags.count - found.count), "\(reply)")
            found += page
            guard let next = try reply.next else { break }
            // A link stands only where more follows.
            #expect(found.count < tags.count, "\(reply)")
            reply = try await repository.wire.send(.get, to: next)
        }
        #expect(found == tags)
    }

    @Test("No tags are listed where none are asked for")
    func none() async throws {
        let reply = try await tagged().ask(.get, "tags/list", query: [("n", "0")])
        #expect(try reply.require(200).json(TagPage.self).tags == [])
        #expect(reply["Link"] == nil)
    }

    @Test("Tags after one that does not exist, and so many of them, are listed")
    func lastAndCount() async throws {
        let repository = try await tagged()
        let found = try await repository.tags([("last", "v19x"), ("n", "3")])
        #expect(found == ["v2", "v20", "v21"])
        #expect(try await repository.tags([("last", "zzz")]) == [])
    }

    @Test("Repositories are listed in order, page by page")
    func catalog() async throws {
        // Their names come after those of all other tests.
        let names = ["zzz-catalog/a", "zzz-catalog/b", "zzz-catalog/c"]
        let content = try await Kind.emptyIndex.make()
        for name in names.reversed() {
            try await RegistryUnderTest.repository(named: name).publish(content)
        }
        let wire = try await RegistryUnderTest.repository().wire
        struct Page: Decodable { var repositories: [String] }
        let first = try await wire.send(
            .get, "/v2/_catalog", query: [("n", "2"), ("last", "zzz-catalog/0")])
        #expect(try first.require(200).json(Page.self).repositories == Array(names.prefix(2)))
        let second = try await wire.send(.get, to: try #require(try first.next))
        #expect(try second.require(200).json(Page.self).repositories == [names[2]])
        #expect(second["Link"] == nil)
        let all = try await wire.send(.get, "/v2/_catalog", query: [("n", "1000")])
        let listed = try all.require(200).json(Page.self).repositories
        #expect(listed == listed.sorted())
        #expect(listed.suffix(3) == names[...])
    }
}
