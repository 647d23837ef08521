import ImageTags
import OCIRegistry
import Testing

@Suite("Retention rules")
struct RulesTests {
    @Test("keep the newest patches of the newest minors, by number")
    func versions() throws {
        var scene = Scenario(.versions(VersionRule(minors: 2, patches: 2)))
        let tags = [
            "2026.9.9", "2026.9.10", "2026.9.11", "2026.10.0", "2026.8.3", "2025.12.1", "other",
        ]
        for tag in tags { try scene.image(tag) }
        #expect(scene.goneTags == ["2026.9.9", "2026.8.3", "2025.12.1", "other"])
    }

    @Test("let no pre-release take a release's place, and count them apart")
    func prereleases() throws {
        var scene = Scenario(.versions(VersionRule(minors: 1, patches: 1, prereleases: 2)))
        for tag in ["1.2.0", "1.1.0", "1.3.0-rc.1", "1.3.0-rc.2", "1.3.0-rc.10", "1.2.0-rc.1"] {
            try scene.image(tag)
        }
        #expect(scene.goneTags == ["1.1.0", "1.3.0-rc.1", "1.2.0-rc.1"])
    }

    @Test("count calendar versions apart from semantic ones, and aliases once")
    func schemes() throws {
        var scene = Scenario(.versions(VersionRule(minors: 1, patches: 1)))
        for tag in ["2026.1.1", "2025.1.1", "1.2.3", "v1.2.3", "1.2.2"] { try scene.image(tag) }
        #expect(scene.goneTags == ["2025.1.1", "1.2.2"])
    }

    @Test("see versions after a prefix, and no others")
    func prefix() throws {
        var scene = Scenario(.versions(VersionRule(prefix: "bundle-", minors: 1, patches: 1)))
        for tag in ["bundle-1.2.3", "bundle-1.2.2", "9.9.9"] { try scene.image(tag) }
        #expect(scene.goneTags == ["bundle-1.2.2", "9.9.9"])
    }

    @Test("with a number and an age keep what either takes")
    func newestOrYoung() throws {
        var scene = Scenario(.named("*", newest: 1, youngerThan: 3 * 86_400))
        try scene.image("a", hours: 30)
        try scene.image("b", hours: 70)
        try scene.image("c", hours: 80)
        #expect(scene.goneTags == ["c"])
    }

    @Test("count bytes once, and only those that nothing kept shares")
    func bytes() throws {
        var scene = Scenario(.named("latest"))
        scene.add("latest", blobs: [("base", 1000), ("top", 10)])
        try scene.tag("latest", "latest")
        scene.add("a", blobs: [("base", 1000), ("shared", 500), ("a", 7)])
        try scene.tag("a", "a")
        scene.add("b", blobs: [("shared", 500), ("shared", 500), ("b", 3)])
        try scene.tag("b", "b")
        #expect(scene.plan.freed == 500 + 7 + 3 + 200)
        #expect(scene.plan.size == 1010 + 100 + scene.plan.freed)
        #expect(scene.plan.deletions.reduce(0) { $0 + $1.bytes } == scene.plan.freed)
    }

    @Test("go past limits only where they are gone past")
    func limits() throws {
        var scene = Scenario(.named("a"))
        for tag in ["a", "b", "c", "d"] { try scene.image(tag) }
        func exceeded(_ count: Int?, _ percent: Int?) -> Int {
            PrunePlan(
                [scene.plan], limits: .init(count: count, percent: percent),
                created: Scenario.now, validity: 60
            ).exceeded.count
        }
        #expect(exceeded(3, 75) == 0)
        #expect(exceeded(2, 75) == 1)
        #expect(exceeded(2, 74) == 2)
        #expect(exceeded(nil, nil) == 0)
    }

    @Test("make a plan that is read as it was written, and as nothing else")
    func document() throws {
        var scene = Scenario(.named("a"))
        for tag in ["a", "b"] { try scene.image(tag) }
        let plan = PrunePlan(
            [scene.plan], limits: .init(), created: Scenario.now, validity: 60)
        #expect(try PrunePlan(document: plan.document) == plan)
        let text = String(decoding: plan.document, as: UTF8.self)
        #expect(text.hasPrefix(#"{"_type":"publisher.prune.v1","created":"2027-01-15T08:00:00Z""#))
        #expect(throws: OCIError.self) {
            try PrunePlan(document: Array(text.utf8) + [0x20])
        }
    }

    @Test("order patterns' stars anywhere")
    func stars() throws {
        let tag = try OCIRegistry.Tag("sha-abc-def")
        for pattern in ["*", "sha-*", "*-def", "s*c*f", "sha-abc-def", "sha-*-*", "*abc*"] {
            #expect(TagPattern(pattern).matches(tag), "\(pattern)")
        }
        for pattern in ["sha", "*-deg", "sha-abc-def-*", "*abcd*", "SHA-*", ""] {
            #expect(!TagPattern(pattern).matches(tag), "\(pattern)")
        }
        #expect(TagPattern("SHA-*").matches(tag, foldingCase: true))
    }

    @Test(
        "read moments of RFC 3339",
        arguments: [
            ("2026-11-24T02:03:24Z", "2026-11-24T02:03:24Z"),
            ("2026-02-28T23:59:59.123456789Z", "2026-02-28T23:59:59Z"),
            ("2024-03-01T01:00:00+02:00", "2024-02-29T23:00:00Z"),
            ("2023-12-31T20:00:00-05:30", "2024-01-01T01:30:00Z"),
        ])
    func moments(text: String, wanted: String) throws {
        #expect(Instant(text)?.description == wanted)
    }

    @Test(
        "take no moment from what tells none",
        arguments: [
            "", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-01-01",
            "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T24:00:00Z",
        ])
    func noMoments(text: String) { #expect(Instant(text) == nil) }
}
