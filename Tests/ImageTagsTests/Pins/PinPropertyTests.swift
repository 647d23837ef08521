import ImageTags
import OCIRegistry
import Testing

@Suite("What is true of every file's pins")
struct PinPropertyTests {
    private func files(_ seed: Int) -> [(path: String, text: String)] {
        var generator = FileGenerator(seed)
        return [
            ("Dockerfile", generator.dockerfile()), ("compose.yaml", generator.compose()),
            (".gitea/workflows/a.yml", generator.workflow()),
        ]
    }

    private func find(_ path: String, _ bytes: [UInt8]) throws -> FoundImages {
        try #require(PinnableFile(path: path)).images(in: bytes, path: path)
    }

    /// Every image but its digest, with what is passed over.
    private func summary(_ found: FoundImages) -> [String] {
        found.uses.map { use in
            switch use.outcome {
            case .reference(let reference, _):
                "\(use.kind) \(reference.name) \(reference.tag?.description ?? "") \(use.line)"
            case .skipped(let reason): "\(use.kind) \(reason) \(use.line)"
            }
        }
    }

    @Test(
        "un-pinning what was pinned gives back the file, and pinning twice changes nothing",
        arguments: 0..<300)
    func pinning(_ seed: Int) throws {
        for (path, text) in files(seed) {
            let bytes = Array(text.utf8)
            let found = try find(path, bytes)
            let pinned = try Uses.pinned(found, bytes, path: path)
            let again = try find(path, pinned)
            #expect(again.problems == found.problems)
            #expect(summary(again) == summary(found), "\(text)")
            #expect(again.uses.allSatisfy { $0.spot?.isPinned ?? true }, "\(text)")
            #expect(
                again.uses.allSatisfy {
                    $0.reference.map { $0.digest?.description == Uses.digest } ?? true
                })
            #expect(try Uses.pinned(again, pinned, path: path) == pinned)
            // Only what had no digest before is taken out; the others get theirs back.
            let had = Dictionary(
                zip(again.uses, found.uses).compactMap { new, old in
                    new.spot.map {
                        (
                            $0,
                            old.spot.map { String(decoding: bytes[$0.range], as: UTF8.self) } ?? ""
                        )
                    }
                }
            ) { first, _ in first }
            let edits = had.map { spot, old in
                PinEdit(
                    path: path,
                    range: old.isEmpty
                        ? spot.range.lowerBound - 1..<spot.range.upperBound : spot.range,
                    replacement: old)
            }
            #expect(try PinEdit.apply(edits, to: pinned) == bytes, "\(text)")
        }
    }

    @Test("whatever bytes a file has, it is read, and its edits stay within it", arguments: 0..<400)
    func fuzz(_ seed: Int) throws {
        var generator = FileGenerator(seed &+ 10_000)
        for (path, text) in files(seed) + [
            ("pod.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a:1}]}\n")
        ] {
            let bytes = generator.mutated(text)
            let found = try find(path, bytes)
            for use in found.uses {
                #expect(use.range.upperBound <= bytes.count && use.line > 0 && use.column > 0)
            }
            let pinned = try Uses.pinned(found, bytes, path: path)
            let again = try find(path, pinned)
            // A mutation can make a file in which a digest changes what follows, never what stands there.
            #expect(again.uses.count == found.uses.count)
        }
    }

    @Test("what is made to be slow is not")
    func pathological() throws {
        let deep = String(repeating: "[", count: 100_000)
        let cases: [(String, String)] = [
            ("Dockerfile", "FROM " + String(repeating: "${A:-", count: 50_000)),
            ("Dockerfile", "FROM a\nRUN " + String(repeating: "x \\\n", count: 100_000)),
            ("Dockerfile", "FROM " + String(repeating: "x\\\n", count: 100_000)),
            ("Dockerfile", "FROM " + String(repeating: "a", count: 1_000_000)),
            (
                "Dockerfile",
                (0..<60).map { "ARG A\($0 + 1)=$A\($0)$A\($0)\n" }.joined() + "FROM $A60"
            ),
            (
                "Dockerfile",
                "ARG A0=xxxxxxxxxx\n" + (0..<60).map { "ARG A\($0 + 1)=$A\($0)$A\($0)\n" }.joined()
                    + "FROM $A60"
            ),
            ("Dockerfile", String(repeating: "\n", count: 1_000_000)),
            ("Dockerfile", "ARG A=a\n" + String(repeating: "FROM $A AS a\n", count: 5_000)),
            ("Dockerfile", String(repeating: "NONE\n", count: 100_000)),
            ("Dockerfile", (0..<5_000).map { "ARG A\($0 + 1)=$A\($0)\n" }.joined() + "FROM $A5000"),
            ("compose.yml", "services: {a: {image: \(deep)"), ("compose.yml", "image: " + deep),
            (
                "compose.yml",
                "services: {a: {image: \"" + String(repeating: "ä", count: 500_000) + "\"}}"
            ),
            ("compose.yml", "services:\n" + (0..<5_000).map { " s\($0): {image: a:1}\n" }.joined()),
        ]
        for (path, text) in cases {
            let bytes = Array(text.utf8)
            let found = try find(path, bytes)
            _ = try Uses.pinned(found, bytes, path: path)
        }
    }
}
