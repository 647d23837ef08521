import ImageTags
import OCIRegistry
import Testing

/// What other tools got wrong.
@Suite("Retention survives")
struct FailureClassTests {
    @Test("children of a live index, whatever types both have")
    func childrenOfLiveIndex() throws {
        var scene = Scenario(.named("latest"))
        scene.add("amd64")
        scene.add("arm64")
        scene.add("index", children: ["amd64", "arm64"])
        try scene.tag("latest", "index")
        try scene.image("old")
        #expect(scene.gone("index", "amd64", "arm64", "old") == ["old"])
    }

    @Test("a child that a live index shares with one that goes")
    func sharedChild() throws {
        var scene = Scenario(.named("latest"))
        scene.add("shared")
        scene.add("own")
        scene.add("new", children: ["shared"])
        scene.add("old", children: ["shared", "own"])
        try scene.tag("latest", "new")
        try scene.tag("old", "old")
        #expect(scene.gone("shared", "own", "old") == ["own", "old"])
    }

    @Test("indexes within indexes")
    func nested() throws {
        var scene = Scenario(.named("latest"))
        scene.add("leaf")
        scene.add("inner", children: ["leaf"])
        scene.add("outer", children: ["inner"])
        try scene.tag("latest", "outer")
        try scene.tag("staging", "inner")
        try scene.image("old")
        #expect(scene.gone("leaf", "inner", "outer", "old") == ["old"])
    }

    @Test("staging tags that alone hold the children of a live index")
    func stagingTags() throws {
        var scene = Scenario(.named("latest"), dialect: .gitea)
        scene.add("amd64")
        scene.add("index", children: ["amd64"])
        try scene.tag("build-1-amd64", "amd64", hours: 900)
        try scene.tag("latest", "index", hours: 900)
        try scene.image("old")
        #expect(scene.goneTags == ["old"])
    }

    @Test("sibling tags of a kept digest")
    func siblings() throws {
        var scene = Scenario(.named("latest"))
        try scene.image("sha-1")
        try scene.tag("latest", "sha-1")
        try scene.image("sha-2")
        #expect(scene.goneTags == ["sha-2"])
    }

    @Test("three tags of one image, which take one place among the newest")
    func slots() throws {
        var scene = Scenario(.named("*", newest: 2))
        scene.add("a", hours: 100)
        for tag in ["one", "two", "three"] { try scene.tag(tag, "a") }
        try scene.image("b", hours: 200)
        try scene.image("c", hours: 300)
        #expect(scene.goneTags == ["c"])
    }

    @Test("children of an index, which take no place among the newest")
    func childrenTakeNoPlace() throws {
        var scene = Scenario(.named("*", newest: 2), dialect: .gitea)
        for (number, name) in ["new", "older"].enumerated() {
            for platform in ["amd64", "arm64", "att"] {
                scene.add("\(name)-\(platform)", hours: 100 + number * 100, listed: true)
            }
            scene.add(name, children: ["\(name)-amd64", "\(name)-arm64", "\(name)-att"])
            try scene.tag(name, name, hours: 100 + number * 100)
        }
        try scene.image("oldest", hours: 900)
        #expect(scene.goneTags == ["oldest"])
        #expect(scene.plan.deletions.count == 1)
    }

    @Test("an old image that was tagged a moment ago")
    func retag() throws {
        var scene = Scenario(.named("none"), dialect: .gitea)
        scene.add("old", hours: 9000)
        try scene.tag("again", "old", hours: 1)
        try scene.image("other")
        try scene.image("none")
        #expect(scene.goneTags == ["other"])
        scene.policy.keep = [.named("*", newest: 1)]
        scene.policy.grace = 0
        #expect(scene.goneTags == ["none", "other"])
    }

    @Test("the loss of all times: unknown ones are young, and equal ones tie")
    func lostTimes() throws {
        var scene = Scenario(.named("*", newest: 1))
        for tag in ["a", "b", "c"] { try scene.image(tag, hours: nil) }
        #expect(scene.plan.deletions.isEmpty)
        var tied = Scenario(.named("*", newest: 1))
        for tag in ["a", "b", "c"] { try tied.image(tag, hours: 500) }
        #expect(tied.plan.deletions.isEmpty)
    }

    @Test("a repository that would be emptied: nothing goes, and it is said why")
    func neverEmpty() throws {
        var scene = Scenario(.named("none"))
        try scene.image("a")
        try scene.image("b")
        #expect(scene.plan.deletions.isEmpty)
        #expect(scene.plan.stopped?.contains("never emptied") == true)
        #expect(scene.plan.freed == 0)
        #expect(scene.plan.warnings.contains { $0.contains("fits no tag") })
    }

    @Test("what came within the grace, as a push that is under way")
    func grace() throws {
        var scene = Scenario(.named("latest"))
        try scene.image("latest")
        scene.add("pushing-child", hours: 1)
        try scene.image("pushed", hours: 23)
        try scene.image("stale", hours: 25)
        #expect(scene.gone("pushing-child", "pushed", "stale") == ["stale"])
    }

    @Test("signatures of what stays; those of what goes, go after it")
    func referrers() throws {
        var scene = Scenario(.named("latest"))
        try scene.image("latest")
        try scene.image("old")
        for name in ["latest", "old"] {
            scene.add("\(name)-signature", hours: nil, subject: name)
            scene.add("\(name)-cosign", hours: nil)
            try scene.tag("sha256-\(Scenario.digest(name).hex).sig", "\(name)-cosign")
            scene.add("\(name)-list", hours: nil, children: ["\(name)-signature"])
            try scene.tag("sha256-\(Scenario.digest(name).hex)", "\(name)-list")
        }
        let parts = ["old", "old-list", "old-cosign", "old-signature"]
        let order = scene.plan.deletions.map(\.digest)
        #expect(Set(order) == Set(parts.map(Scenario.digest)))
        #expect(order.first == Scenario.digest("old"))
        let list = try #require(order.firstIndex(of: Scenario.digest("old-list")))
        #expect(list < order.firstIndex(of: Scenario.digest("old-signature")) ?? 0)
    }

    @Test("a digest that a file pins, with its children; the pinned child of an index that goes")
    func pins() throws {
        var scene = Scenario(.named("latest"))
        try scene.image("latest")
        scene.add("amd64")
        scene.add("pinned", children: ["amd64"])
        try scene.tag("sha-1", "pinned")
        scene.add("pinned-child")
        scene.add("index", children: ["pinned-child"])
        try scene.tag("sha-2", "index")
        try scene.image("sha-3")
        try scene.image("named-by-file")
        scene.roots = [
            RetentionRoot(.pin, Scenario.digest("pinned"), usedBy: "build/Dockerfile:1"),
            RetentionRoot(.run, Scenario.digest("pinned-child"), usedBy: "run 7"),
            RetentionRoot(
                .pin, try Reference(parsing: "mirror.example/team/app:named-by-file"), usedBy: "x"),
        ]
        #expect(scene.goneTags == ["sha-2", "sha-3"])
        let kept = try #require(scene.plan.kept.first { $0.digest == Scenario.digest("amd64") })
        #expect(kept.reason.kind == .pin && kept.reason.root.contains("build/Dockerfile:1"))
        #expect(kept.reason.path.map(\.digest) == [Scenario.digest("amd64")])
    }

    @Test("patterns that fit whole tags alone")
    func anchoring() throws {
        var scene = Scenario(.named("dev-*", "pr-*"))
        for tag in ["dev-1", "pr-12", "stable-for-pr-12", "old"] { try scene.image(tag) }
        #expect(scene.goneTags == ["stable-for-pr-12", "old"])
    }

    @Test("documents that are not understood, with every digest in them")
    func unknownTypes() throws {
        var scene = Scenario(.named("latest"))
        try scene.image("latest")
        scene.add("part")
        scene.add("strange", children: ["part"], kind: .unknown)
        try scene.tag("strange", "strange")
        try scene.image("old")
        #expect(scene.goneTags == ["old"])
        #expect(scene.gone("part") == [])
    }

    @Test("a repository without rules: all of it stays")
    func noRules() throws {
        var scene = Scenario()
        try scene.image("a")
        scene.add("b")
        #expect(scene.plan.deletions.isEmpty && scene.plan.kept.count == 2)
        #expect(scene.plan.kept.allSatisfy { $0.reason.kind == .noRules })
    }

    @Test("protected tags, in any case on Gitea")
    func protected() throws {
        var scene = Scenario(.named("LATEST"), dialect: .gitea)
        for tag in ["latest", "dev", "old"] { try scene.image(tag) }
        scene.policy.protected = [.init(TagPattern("Dev"), why: "rolling")]
        #expect(scene.goneTags == ["old"])
    }
}
