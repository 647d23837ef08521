import ImageTags
import OCIRegistry
import Testing

@Suite("The plan of pins")
struct PinPlanTests {
    private let amd64 = Platform(os: "linux", architecture: "amd64")

    private func digest(_ letter: Character) throws -> Digest {
        try Digest(parsing: "sha256:" + String(repeating: letter, count: 64))
    }

    private func uses(_ text: String) -> [ImageUse] {
        Dockerfile.images(in: Array(text.utf8), path: "f").uses
    }

    private func facts(_ states: [(String, ImageState)]) throws -> ImageFacts {
        var facts = ImageFacts()
        for (name, state) in states { facts.states[try Reference(parsing: name)] = state }
        return facts
    }

    private func index() throws -> ImageState {
        .index(try digest("a"), platforms: [amd64: try digest("b")])
    }

    /// The verdict over `FROM rust:1`, pinned or not.
    private func finding(
        _ mode: PinPlan.Mode, pin: Character? = nil, tag: ImageState?, pinned: ImageState? = nil,
        platform: Platform? = nil
    ) throws -> PinFinding {
        var states: [(String, ImageState)] = []
        if let tag { states.append(("rust:1", tag)) }
        let suffix = try pin.map { "@\(try digest($0))" } ?? ""
        if let pinned { states.append(("rust\(suffix)", pinned)) }
        let findings = PinPlan(mode, platform: platform)
            .findings(uses("FROM rust:1\(suffix)"), try facts(states))
        return try #require(findings.first)
    }

    @Test("what is unpinned gets the index's digest, or the platform's where that is asked for")
    func add() throws {
        let index = try index()
        let added = try finding(.add, tag: index)
        #expect(added.verdict == .unpinned(try digest("a")))
        #expect(added.edit?.replacement == "@\(try digest("a"))")
        #expect(added.edit?.range == 11..<11)
        #expect(!added.isOpen)
        let platform = try finding(.add, tag: index, platform: amd64)
        #expect(platform.digest == (try digest("b")))
        let none = try finding(
            .add, tag: index, platform: Platform(os: "linux", architecture: "arm64"))
        #expect(none.verdict == .noPlatform(Platform(os: "linux", architecture: "arm64")))
        #expect(none.edit == nil)
        let checked = try finding(.check, tag: index)
        #expect(checked.verdict.isDifference && checked.edit == nil)
    }

    @Test("each way in which a pin is wrong has its name; updating puts right what can be")
    func verdicts() throws {
        let a = try digest("a")
        let cases: [(Character, ImageState, ImageState?, PinVerdict, Bool)] = [
            ("a", try index(), nil, .right, false),
            ("c", try index(), .index(try digest("c"), platforms: [:]), .stale(a), true),
            ("c", try index(), nil, .stale(a), true), ("c", try index(), .missing, .dead, true),
            ("b", try index(), nil, .platformDigest(amd64, index: a), true),
            (
                "c", try index(), .image(try digest("c"), amd64), .platformDigest(amd64, index: a),
                true
            ),
            ("a", .image(a, nil), nil, .right, false), ("c", .image(a, nil), .missing, .dead, true),
            ("c", .missing, .missing, .dead, false),
            ("c", .missing, .image(a, nil), .missing, false),
            ("c", .unknown("down"), nil, .unresolved("down"), false),
        ]
        for (pin, tag, pinned, verdict, isUpdated) in cases {
            let checked = try finding(.check, pin: pin, tag: tag, pinned: pinned)
            #expect(checked.verdict == verdict)
            #expect(checked.edit == nil)
            let updated = try finding(.update, pin: pin, tag: tag, pinned: pinned)
            #expect(updated.verdict == verdict)
            #expect(updated.edit?.replacement == (isUpdated ? "\(a)" : nil))
            #expect(updated.edit?.range.count == (isUpdated ? 71 : nil))
            #expect(try finding(.add, pin: pin, tag: tag, pinned: pinned).edit == nil)
        }
        let platform = try finding(.check, pin: "a", tag: try index(), platform: amd64)
        #expect(platform.verdict == .indexDigest(platform: try digest("b")))
        #expect(try finding(.check, pin: "b", tag: try index(), platform: amd64).verdict == .right)
        #expect(try finding(.locked, pin: "a", tag: nil).verdict == .notLocked)
    }

    @Test("a pin without a tag cannot be stale, but dead")
    func tagless() throws {
        let uses = uses("FROM rust@\(Uses.digest)")
        for (state, verdict) in [
            (ImageState.missing, PinVerdict.dead), (.image(try digest("a"), nil), .right),
        ] {
            let facts = try facts([("rust@\(Uses.digest)", state)])
            for mode in [PinPlan.Mode.add, .update, .check, .locked] {
                let finding = try #require(PinPlan(mode).findings(uses, facts).first)
                #expect(finding.verdict == verdict)
                #expect(finding.edit == nil)
            }
        }
    }

    @Test("a pin that only moving tags hold, or none, is told of")
    func rolling() throws {
        let uses = uses("FROM rust:1@\(Uses.digest)")
        var facts = try facts([("rust:1", try index())])
        let pin = try Reference(parsing: "rust@\(Uses.digest)")
        let one = try Tag("1")
        facts.rolling = [try Reference(parsing: "rust:1")]
        #expect(PinPlan(.check).findings(uses, facts).map(\.verdict) == [.right])
        facts.holders[pin] = [one, try Tag("1.92")]
        #expect(PinPlan(.check).findings(uses, facts).map(\.verdict) == [.right])
        facts.holders[pin] = [one]
        #expect(PinPlan(.check).findings(uses, facts).map(\.verdict) == [.rollingOnly([one])])
        facts.holders[pin] = []
        #expect(PinPlan(.check).findings(uses, facts).map(\.verdict) == [.rollingOnly([])])
    }

    @Test("one place that two images share takes no digest of either")
    func conflict() throws {
        let uses = uses("ARG D=\(Uses.digest)\nFROM rust@$D\nFROM rust:1@$D\nFROM node:1@$D")
        let facts = try facts([
            ("rust:1", try index()), ("node:1", .image(try digest("c"), nil)),
            ("rust@\(Uses.digest)", try index()),
        ])
        #expect(
            PinPlan(.check).findings(uses, facts).map(\.verdict) == [
                .right, .right, .stale(try digest("c")),
            ])
        let updated = PinPlan(.update).findings(uses, facts)
        #expect(updated.map(\.verdict) == [.conflict, .conflict, .conflict])
        #expect(updated.allSatisfy { $0.edit == nil && $0.digest?.description == Uses.digest })
    }

    @Test("each image is asked after once, and a pin only where its tag does not answer for it")
    func questions() throws {
        let uses = uses(
            "FROM rust:1\nFROM rust:1@\(Uses.digest)\nFROM node:1@\(Uses.other)\nFROM scratch\nFROM x"
        )
        func names(_ mode: PinPlan.Mode, _ facts: ImageFacts) -> Set<String> {
            Set(PinPlan(mode).questions(uses, facts).map(\.description))
        }
        let hub = "docker.io/library/"
        #expect(names(.check, ImageFacts()) == ["\(hub)rust:1", "\(hub)node:1", "\(hub)x:latest"])
        let facts = try facts([("rust:1", try index()), ("node:1", .image(try digest("c"), nil))])
        #expect(names(.update, facts) == ["\(hub)node@\(Uses.other)", "\(hub)x:latest"])
        #expect(
            names(.add, facts)
                == ["\(hub)node@\(Uses.other)", "\(hub)rust@\(Uses.digest)", "\(hub)x:latest"])
        #expect(names(.locked, ImageFacts()) == [])
    }

    @Test("edits are made in any order, and refused where they do not fit")
    func edits() throws {
        let bytes = Array("0123456789".utf8)
        let edits = [
            PinEdit(path: "f", range: 8..<9, replacement: "xy"),
            PinEdit(path: "f", range: 0..<0, replacement: "<"),
            PinEdit(path: "f", range: 10..<10, replacement: ">"),
            PinEdit(path: "f", range: 8..<9, replacement: "xy"),
        ]
        #expect(
            String(decoding: try PinEdit.apply(edits, to: bytes), as: UTF8.self) == "<01234567xy9>")
        for bad in [
            PinEdit(path: "f", range: 7..<9, replacement: ""),
            .init(path: "f", range: 9..<11, replacement: ""),
            .init(path: "f", range: 0..<0, replacement: "?"),
        ] {
            #expect(throws: OCIError.self) { try PinEdit.apply(edits + [bad], to: bytes) }
        }
    }

    @Test("a patch shows the lines that change, with those around them and the end as it is")
    func patch() throws {
        let text = "1\nFROM a\nFROM b\n4\n5\n6\n7\n8\n9\n10\r\n11\nFROM c"
        let bytes = Array(text.utf8)
        let edits = Dockerfile.images(in: bytes, path: "f").uses.compactMap(\.spot)
            .map { PinEdit(path: "f", range: $0.range, replacement: "@x") }
        let patch = String(
            decoding: try PinEdit.patch(edits, to: bytes, path: "a/f"), as: UTF8.self)
        #expect(
            patch == """
                --- a/a/f
                +++ b/a/f
                @@ -1,6 +1,6 @@
                 1
                -FROM a
                -FROM b
                +FROM a@x
                +FROM b@x
                 4
                 5
                 6
                @@ -9,4 +9,4 @@
                 9
                 10\r
                 11
                -FROM c
                \\ No newline at end of file
                +FROM c@x
                \\ No newline at end of file

                """)
        #expect(try PinEdit.patch([], to: bytes, path: "f").isEmpty)
    }
}
