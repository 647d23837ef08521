import OCIRegistry
import Testing

@testable import Publisher

@Suite("What files need")
struct TextScanTests {
    private let digest = SHA2.digest(of: [1])
    private let long = SHA2.digest(of: [1], .sha512)

    @Test("digests are found in any text, with their lines")
    func digests() {
        let text = "a\nFROM x@\(digest) AS y\n{\"\(long)\"}\nsha256:\(digest.hex)0 sha256:abc"
        #expect(
            DigestText.digests(in: Array(text.utf8)) == [
                .init(digest: digest, line: 2), .init(digest: long, line: 3),
            ])
    }

    @Test("bare hashes are digests only where they are asked for")
    func bare() {
        let text = Array(#"{"sha256": "\#(digest.hex)"}"#.utf8)
        #expect(DigestText.digests(in: text).isEmpty)
        #expect(DigestText.digests(in: text, bare: true).map(\.digest) == [digest])
    }

    @Test(
        "paths fit patterns as a whole",
        arguments: [
            ("build/**", "build/a/b", true), ("build/**", "build", false),
            ("build/*", "build/a/b", false), ("**/Dockerfile", "a/b/Dockerfile", true),
            ("*.yml", "a.yml", true), ("*.yml", "a/b.yml", false), ("./a", "a", true),
            (".gitea/**", "xgitea/a", false), ("**", "any/thing", true),
        ])
    func paths(pattern: String, path: String, fits: Bool) {
        #expect(PathPattern(pattern).matches(path) == fits)
    }
}
