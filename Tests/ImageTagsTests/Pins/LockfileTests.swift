import ImageTags
import OCIRegistry
import Testing

@Suite("images.lock")
struct LockfileTests {
    private let amd64 = Platform(os: "linux", architecture: "amd64")

    private func facts(_ letter: Character) throws -> ImageFacts {
        var facts = ImageFacts()
        let digest = try Digest(parsing: "sha256:" + String(repeating: letter, count: 64))
        facts.states[try Reference(parsing: "rust:1")] = .index(
            digest, platforms: [amd64: try Digest(parsing: Uses.other)])
        return facts
    }

    private func findings(
        _ text: String, _ facts: ImageFacts, path: String = "a/Dockerfile",
        _ mode: PinPlan.Mode = .add
    ) -> [PinFinding] {
        PinPlan(mode).findings(Dockerfile.images(in: Array(text.utf8), path: path).uses, facts)
    }

    @Test("it names each image with its digests, where it is used, and when it was resolved")
    func content() throws {
        let facts = try facts("a")
        let found =
            findings("FROM rust:1\nFROM rust:1\nCOPY --from=rust:1 / /", facts)
            + findings("FROM rust:1", facts, path: "b")
        let lock = Lockfile(found, facts, previous: Lockfile(), now: "2026-07-10T12:00:00Z")
        let text = String(decoding: lock.rendered, as: UTF8.self)
        #expect(
            text.filter { $0 != " " } == """
                {
                "images":{
                "docker.io/library/rust:1":{
                "digest":"\(Uses.digest)",
                "platforms":{
                "linux/amd64":"\(Uses.other)"
                },
                "resolved":"2026-07-10T12:00:00Z",
                "uses":{
                "a/Dockerfile":[
                "copy-from",
                "from"
                ],
                "b":[
                "from"
                ]
                }
                }
                },
                "version":1
                }

                """)
        #expect(try Lockfile(parsing: lock.rendered) == lock)
        #expect(try Lockfile(parsing: lock.rendered).rendered == lock.rendered)
    }

    @Test("it changes only with what it says, lines and order do not matter")
    func stable() throws {
        let facts = try facts("a")
        let first = Lockfile(
            findings("FROM rust:1", facts), facts, previous: Lockfile(), now: "2026-01-01T00:00:00Z"
        )
        let again = Lockfile(
            findings("# moved\n\nFROM rust:1 AS x", facts), facts, previous: first,
            now: "2026-02-02T00:00:00Z")
        #expect(again.rendered == first.rendered)
        let other = try self.facts("c")
        let changed = Lockfile(
            findings("FROM rust:1", other), other, previous: first, now: "2026-02-02T00:00:00Z")
        #expect(changed.images.values.map(\.resolved) == ["2026-02-02T00:00:00Z"])
        // A registry that is down takes nothing away.
        var down = ImageFacts()
        down.states[try Reference(parsing: "rust:1")] = .unknown("down")
        let kept = Lockfile(findings("FROM rust:1", down), down, previous: first, now: "x")
        #expect(kept == first)
    }

    @Test("what was pinned passes a check against it; what differs is named without a network")
    func locked() throws {
        let facts = try facts("a")
        let lock = Lockfile(findings("FROM rust:1", facts), facts, previous: Lockfile(), now: "x")
        func verdict(_ image: String) -> PinVerdict? {
            findings("FROM \(image)", lock.facts, .locked).first?.verdict
        }
        let digest = try Digest(parsing: Uses.digest)
        let third = "sha256:" + String(repeating: "c", count: 64)
        #expect(verdict("rust:1@\(Uses.digest)") == .right)
        #expect(verdict("rust:1") == .unpinned(digest))
        #expect(verdict("rust:1@\(third)") == .stale(digest))
        #expect(verdict("rust:1@\(Uses.other)") == .platformDigest(amd64, index: digest))
        #expect(verdict("node:1@\(Uses.digest)") == .notLocked)
        #expect(lock.digestFacts.states.keys.allSatisfy { $0.tag == nil })
    }

    @Test("an old pin that all uses keep is what is locked")
    func old() throws {
        var facts = try facts("c")
        let pin = try Reference(parsing: "rust@\(Uses.digest)")
        facts.states[pin] = .image(try Digest(parsing: Uses.digest), amd64)
        let text = "FROM rust:1@\(Uses.digest)"
        let lock = Lockfile(findings(text, facts), facts, previous: Lockfile(), now: "x")
        #expect(lock.images.values.map(\.digest.description) == [Uses.digest])
        #expect(findings(text, lock.facts, .locked).map(\.verdict) == [.right])
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "{}", "[]", "{\"version\":2,\"images\":{}}", "{\"version\":1}",
            "{\"version\":1,\"images\":{\"A B\":{\"digest\":\"\(Uses.digest)\",\"platforms\":{},\"uses\":{},\"resolved\":\"\"}}}",
            "{\"version\":1,\"images\":{\"a.b/c:1\":{\"digest\":\"sha256:1\",\"platforms\":{},\"uses\":{},\"resolved\":\"\"}}}",
            "{\"version\":1,\"images\":{\"a.b/c:1\":{\"digest\":\"\(Uses.digest)\",\"platforms\":{},\"uses\":{\"f\":[\"x\"]},\"resolved\":\"\"}}}",
        ])
    func refused(_ text: String) {
        #expect(throws: OCIError.self) { try Lockfile(parsing: Array(text.utf8)) }
    }
}
