import Console
import OCIRegistry
import Testing

@testable import LocalRegistry

@Suite("Lists on pages")
struct PageListTests {
    private func pushed(_ tag: String, _ content: String, _ moment: Double) -> PushedTag {
        PushedTag(
            tag: PageFixtures.tag(tag), digest: PageFixtures.digest(content), pushed: moment)
    }

    @Test("tags of one digest are one group, newest first, also where a filter finds one of them")
    func groups() {
        let tags = [
            pushed("1.0", "a", 10), pushed("latest", "b", 30), pushed("1.1", "b", 20),
            pushed("stable", "a", 25),
        ]
        let all = TagGroup.page(of: tags, query: PageQuery())
        #expect(
            all.groups.map { $0.tags.map(\.description) } == [
                ["latest", "1.1"], ["stable", "1.0"],
            ])
        #expect(all.groups.map(\.pushed) == [30, 25])
        #expect(all.next == nil)
        let some = TagGroup.page(of: tags, query: PageQuery(filter: "STAB"))
        #expect(some.groups.map { $0.tags.map(\.description) } == [["stable", "1.0"]])
    }

    @Test("pages of groups hold each group once, also when the last one has been deleted since")
    func groupPages() throws {
        var tags = (0..<250).map { pushed("t\($0)", "\($0)", Double(1000 - $0 / 3) + 0.125) }
        let first = TagGroup.page(of: tags, query: PageQuery())
        #expect(first.groups.count == 100)
        let gone = try #require(first.groups.last)
        tags.removeAll { $0.digest == gone.digest }
        let second = TagGroup.page(of: tags, query: PageQuery(after: first.next))
        let third = TagGroup.page(of: tags, query: PageQuery(after: second.next))
        #expect(third.next == nil)
        let digests = (first.groups + second.groups + third.groups).map(\.digest)
        #expect(digests.count == 250)
        #expect(Set(digests).count == 250)
    }

    @Test("a cursor that is none shows the first page", arguments: ["x", "nan,a", ",", "1e999,a"])
    func brokenCursor(_ cursor: String) {
        let page = TagGroup.page(of: [pushed("a", "a", 1)], query: PageQuery(after: cursor))
        #expect(page.groups.count == 1)
    }

    @Test("repositories come by name, fifty a page, filtered whatever the case")
    func repositories() {
        let names = (0..<120).map { PageFixtures.name("team/app-\($0)") }
        var seen: [RepositoryName] = []
        var query = PageQuery(filter: "APP")
        repeat {
            let page = RepositoryList.page(of: names.shuffled(), query: query)
            #expect(page.names.count <= 50)
            seen += page.names
            query.after = page.next
        } while query.after != nil
        #expect(seen == names.sorted())
        #expect(RepositoryList.page(of: names, query: PageQuery(filter: "zz")).names.isEmpty)
    }

    @Test("a query is cut to what could find something")
    func query() {
        #expect(PageQuery(filter: "  a+b ").filter == "a b")
        #expect(PageQuery(filter: String(repeating: "x", count: 9999)).filter.count == 300)
        #expect(PageQuery(after: "").after == nil)
        #expect(PageQuery(after: String(repeating: "x", count: 9999)).after == nil)
    }

    @Test("paths lead to pages and back, and to nothing else")
    func routes() throws {
        let name = PageFixtures.name("a/b-c/d")
        let digest = PageFixtures.digest("x")
        for route in [PageRoute.list, .repository(name), .image(name, digest)] {
            #expect(PageRoute(path: route.path) == route)
        }
        for path in [
            "", "/-/", "/-/repositories/", "/-/repositories/A", "/v2/", "/-/repositories/a/",
            "/-/repositories/\(digest)", "/-/repositories/a/sha256:12", "/-/repositories/../x",
        ] { #expect(PageRoute(path: path) == nil, "\(path)") }
    }

    @Test("figures are for people")
    func figures() {
        #expect(Sizes.text(0) == "0 B")
        #expect(Sizes.text(999) == "999 B")
        #expect(Sizes.text(1000) == "1.0 kB")
        #expect(Sizes.text(999_960) == "1.0 MB")
        #expect(Sizes.text(31_249_000) == "31.2 MB")
        #expect(Sizes.text(.max) == "9.2 EB")
        #expect(Sizes.text(-5) == "0 B")
        let now = PageFixtures.now
        #expect(PageFormat.ago(now - 5, now: now) == "just now")
        #expect(PageFormat.ago(now + 5, now: now) == "just now")
        #expect(PageFormat.ago(now - 60, now: now) == "1 minute ago")
        #expect(PageFormat.ago(now - 10_800, now: now) == "3 hours ago")
        #expect(PageFormat.ago(now - 172_800, now: now) == "2 days ago")
        #expect(PageFormat.ago(now - 86_400 * 800, now: now) == "2 years ago")
        #expect(PageFormat.ago(now + 86_400, now: now) == "2026-11-24")
        #expect(PageFormat.timestamp(now) == "2026-11-23T12:00:00Z")
        #expect(PageFormat.timestamp(.infinity) == "1970-01-01T00:00:00Z")
        #expect(PageFormat.timestamp(1e300) == "9999-12-31T23:59:59Z")
    }
}
