import Testing

@testable import Publisher

@Suite("Tags that images claim")
struct TagClaimTests {
    /// Two images, in lines 9 and 10, with these rules.
    private func mistake(
        _ first: String, _ second: String, at repositories: (String, String) = ("r/a", "r/a"),
        dialect: String = "oci"
    ) -> String {
        Example.mistake(
            Example.with(
                images: "  a: {repository: \(repositories.0), tags: {\(first)}}\n"
                    + "  b: {repository: \(repositories.1), tags: {\(second)}}\n",
                dialect: dialect))
    }

    @Test(
        "images of one repository that claim the same tag are refused",
        arguments: [
            ("dev: {rolling: [x]}", "dev: {rolling: [x]}", "belongs to image 'a' in channel dev"),
            ("dev: {rolling: [x]}", "release: {rolling: [x]}", "rolling tag \"x\""),
            (
                "release: {rolling: [\"{major}\"]}", "release: {rolling: [\"{major}\"]}", "belongs"
            ),
            ("dev: {rolling: [dev]}", "dev: {rolling: [\"{channel}\"]}", "belongs"),
            (
                "dev: {immutable: [\"s-{sha7}\"]}", "dev: {immutable: [\"s-{sha7}\"]}",
                "immutable tag"
            ),
            ("dev: {immutable: [\"s-{sha7}\"]}", "dev: {rolling: [\"s-{sha7}\"]}", "either moves"),
            ("dev: {immutable: [\"s-{sha7}\"]}", "dev: {rolling: [s-0123abc]}", "either moves"),
            ("dev: {rolling: [2026.7.1]}", "release: {immutable: [\"{version}\"]}", "either moves"),
            (
                "release: {immutable: [\"{version}\"]}",
                "release: {rolling: [\"{major}.{minor}.{patch}\"]}", "either moves"
            ),
        ])
    func conflicts(_ first: String, _ second: String, _ part: String) {
        let text = mistake(first, second)
        #expect(text.contains("line 10:") && text.contains("(line 9)"), "\(text)")
        #expect(text.contains(part), "\(text)")
        #expect(mistake(first, second, at: ("r/a", "r/b")) == "")
        #expect(mistake(first, second, at: ("r/a", "s/a")) == "")
        #expect(mistake(first, second, at: ("[s/a, r/a]", "[s/b, r/a]")) == text)
    }

    @Test(
        "tags that cannot meet share a repository",
        arguments: [
            ("dev: {immutable: [\"sha-{sha7}\"]}", "dev: {immutable: [\"gpu-sha-{sha7}\"]}"),
            ("release: {immutable: [\"{version}\"]}", "release: {immutable: [\"{version}-gpu\"]}"),
            ("release: {immutable: [\"{version}\"]}", "release: {rolling: [latest, \"{major}\"]}"),
            ("dev: {rolling: [x]}", "dev: {rolling: [X]}"),
        ])
    func neighbours(_ first: String, _ second: String) { #expect(mistake(first, second) == "") }

    @Test(
        "on Gitea, letters that differ only by case are the same",
        arguments: [
            ("dev: {rolling: [x]}", "dev: {rolling: [X]}"),
            ("dev: {immutable: [\"sha-{sha7}\"]}", "dev: {immutable: [\"SHA-{sha7}\"]}"),
            ("dev: {immutable: [\"sha-{sha7}\"]}", "dev: {rolling: [Sha-0123abc]}"),
        ])
    func foldedCase(_ first: String, _ second: String) {
        #expect(mistake(first, second) == "")
        let text = mistake(first, second, dialect: "gitea")
        #expect(text.contains("differ only by case"), "\(text)")
    }

    @Test("an image's own tags must not meet either, but a revision's may in two channels")
    func alone() {
        func mistake(_ tags: String, _ dialect: String = "oci") -> String {
            Example.mistake(
                Example.with(images: "  a: {repository: r/a, tags: {\(tags)}}", dialect: dialect))
        }
        #expect(mistake("dev: {immutable: [\"{sha}\"], rolling: [\"{sha}\"]}").contains("moves"))
        #expect(mistake("dev: {rolling: [x]}, release: {rolling: [x]}").contains("belongs"))
        #expect(mistake("dev: {rolling: [x, X]}", "gitea").contains("case"))
        #expect(mistake("dev: {immutable: [\"{sha}\"]}, release: {immutable: [\"{sha}\"]}") == "")
    }
}
