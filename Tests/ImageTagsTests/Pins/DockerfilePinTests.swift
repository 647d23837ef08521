import ImageTags
import OCIRegistry
import Testing

@Suite("Where a Dockerfile's pins go")
struct DockerfilePinTests {
    /// Pins everything; `@` in the expectation is the digest.
    private func expect(_ text: String, _ expected: String) throws {
        let bytes = Array(text.utf8)
        let found = Dockerfile.images(in: bytes, path: "f")
        let pinned = String(decoding: try Uses.pinned(found, bytes, path: "f"), as: UTF8.self)
        #expect(pinned == expected.replacing("@", with: "@\(Uses.digest)"))
    }

    @Test(
        "after the image, and no other byte is touched",
        arguments: [
            ("FROM rust:1", "FROM rust:1@"),
            ("from  rust:1  as b # c\r\n", "from  rust:1@  as b # c\r\n"),
            ("FROM \"rust:1\"", "FROM \"rust:1@\""),
            ("FROM ru\\\n  # c\nst:1", "FROM ru\\\n  # c\nst:1@"),
            ("FROM rust:1\\\n AS b", "FROM rust:1@\\\n AS b"),
            ("# syntax = a/b:1 \nFROM scratch", "# syntax = a/b:1@ \nFROM scratch"),
            ("FROM scratch\nCOPY --from=a:1 b c", "FROM scratch\nCOPY --from=a:1@ b c"),
            (
                "FROM scratch\nRUN --mount=from=a:1,target=/b c",
                "FROM scratch\nRUN --mount=from=a:1@,target=/b c"
            ),
            ("\u{feff}# ä\nFROM a", "\u{feff}# ä\nFROM a@"),
        ])
    func bytes(_ text: String, _ expected: String) throws { try expect(text, expected) }

    @Test(
        "in the value of an ARG where that is right for all that read it, else after the FROM",
        arguments: [
            ("ARG B=rust:1\nFROM $B", "ARG B=rust:1@\nFROM $B"),
            ("ARG B=\"rust:1\"\nFROM ${B}", "ARG B=\"rust:1@\"\nFROM ${B}"),
            ("ARG B=rust:1\nFROM $B AS a\nFROM $B", "ARG B=rust:1@\nFROM $B AS a\nFROM $B"),
            ("ARG B=rust:1\nFROM $B\nFROM $B-slim", "ARG B=rust:1\nFROM $B@\nFROM $B-slim@"),
            ("ARG V=1\nFROM rust:$V", "ARG V=1@\nFROM rust:$V"),
            ("ARG V=1\nFROM rust:$V\nFROM node:$V", "ARG V=1\nFROM rust:$V@\nFROM node:$V@"),
            ("ARG V=1\nFROM rust:${V}-slim", "ARG V=1\nFROM rust:${V}-slim@"),
            // The version is read by the stage too: it has to stay one.
            ("ARG V=1\nFROM rust:$V\nARG V\nRUN x $V", "ARG V=1\nFROM rust:$V@\nARG V\nRUN x $V"),
            ("ARG V=1\nARG U=x/$V\nFROM rust:$V", "ARG V=1\nARG U=x/$V\nFROM rust:$V@"),
            (
                "ARG B=rust:1\nFROM $B\nARG B\nLABEL b=$B",
                "ARG B=rust:1@\nFROM $B\nARG B\nLABEL b=$B"
            ),
            ("FROM ${B:-rust:1}", "FROM ${B:-rust:1@}"),
            ("FROM ${B:-rust}:1", "FROM ${B:-rust}:1@"),
            ("ARG V=1\nARG B=rust:$V\nFROM $B", "ARG V=1@\nARG B=rust:$V\nFROM $B"),
            (
                "ARG V=1\nARG B=rust:$V\nARG C=node:$V\nFROM $B\nFROM $C",
                "ARG V=1\nARG B=rust:$V@\nARG C=node:$V@\nFROM $B\nFROM $C"
            ),
            ("ARG S=\nFROM rust:1$S", "ARG S=\nFROM rust:1$S@"),
            ("ARG B=rust\nFROM a AS rust\nFROM $B", "ARG B=rust\nFROM a@ AS rust\nFROM $B"),
        ])
    func arguments(_ text: String, _ expected: String) throws { try expect(text, expected) }

    @Test("a digest is found wherever it stands, and a scattered one is left alone")
    func existing() throws {
        for text in ["ARG D=\(Uses.other)\nFROM rust@$D", "ARG B=rust:1@\(Uses.other)\nFROM $B"] {
            let bytes = Array(text.utf8)
            let found = Dockerfile.images(in: bytes, path: "f")
            let pinned = String(decoding: try Uses.pinned(found, bytes, path: "f"), as: UTF8.self)
            #expect(pinned == text.replacing(Uses.other, with: Uses.digest))
        }
        let hex = String(repeating: "a", count: 64)
        let scattered = Dockerfile.images(
            in: Array("ARG H=\(hex)\nFROM rust@sha256:$H".utf8), path: "f")
        #expect(scattered.uses.map(\.skipReason) == [.scatteredDigest])
    }

    @Test("variables that a pin makes inert are named, others are not")
    func inert() {
        func inert(_ text: String) -> [String] {
            Dockerfile.images(in: Array(text.utf8), path: "f").uses.flatMap(\.inertVariables)
        }
        #expect(inert("ARG V=1\nFROM rust:${V}-slim") == ["V"])
        #expect(inert("ARG V=1\nFROM rust:${V}@\(Uses.digest)") == ["V"])
        #expect(inert("ARG V=1\nFROM rust:$V") == [])
        #expect(inert("ARG B=rust:1@\(Uses.digest)\nFROM $B") == [])
    }
}
