import Testing

@testable import OCIRegistry

@Suite struct ScopeTests {
    @Test func writesActionsInOneOrder() throws {
        let name = try RepositoryName("a/b")
        #expect(Scope.repository(name, .push, .pull).description == "repository:a/b:pull,push")
        #expect(
            Scope.repository(name, .push, .pull, .delete).description
                == "repository:a/b:delete,pull,push")
    }

    @Test(arguments: ["repository:a/b:pull,push", "registry:catalog:*", "repository:h:5000/a:pull"])
    func parsesWhatItWrites(_ text: String) {
        #expect(Scope(parsing: text)?.description == text)
    }

    @Test(arguments: ["*", "", "repository:a", ":a:pull", "repository::pull", "repository:a:"])
    func refusesWhatIsNoScope(_ text: String) {
        #expect(Scope(parsing: text) == nil)
    }

    @Test func mergesActionsAndKeepsTheFirstScopeFirst() throws {
        let (b, a) = (try RepositoryName("b"), try RepositoryName("a"))
        let merged = Scope.merged([
            .repository(b, .pull), .repository(a, .pull), .repository(b, .push),
        ])
        #expect(merged.map(\.description) == ["repository:b:pull,push", "repository:a:pull"])
    }

    @Test func coversFewerActionsOfTheSameResourceOnly() throws {
        let (a, b) = (try RepositoryName("a"), try RepositoryName("b"))
        let wide = Scope.repository(a, .pull, .push)
        #expect(wide.covers(.repository(a, .pull)))
        #expect(!wide.covers(.repository(a, .delete)))
        #expect(!wide.covers(.repository(b, .pull)))
        #expect(!Scope.repository(a, .pull).covers(wide))
        #expect(Scope.repository(a, .all).covers(.repository(a, .delete)))
    }
}
