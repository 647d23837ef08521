import OCIRegistry
import TestSupport
import Testing

@testable import ConfigurationFile

@Suite("Configuration files")
struct ConfigurationNodeTests {
    @Test("parts know their line and their name")
    func places() throws {
        let root = try #require(
            try ConfigurationNode.parse("a:\n  - x\n  - {b: 1}\n\"c d\": ~\n", name: "f"))
        #expect(root.members.map(\.key) == ["a", "c d"])
        #expect(root.members.map(\.line) == [1, 4])
        let items = try #require(root["a"]?.items)
        #expect(items.map(\.line) == [2, 3])
        #expect(try items[0].text() == "x")
        #expect(items[1]["b"]?.what == "\"b\"")
        #expect(root["c d"]?.isNull == true)
        #expect(try ConfigurationNode.parse("a: 'null'", name: "f")?["a"]?.isNull == false)
        #expect(try ConfigurationNode.parse("# nothing\n", name: "f") == nil)
    }

    @Test(
        "what configurations need not is refused with its line",
        arguments: [
            ("a: 1\nb: 2\na: 3\n", 1, "twice"),
            ("1: a\nb: 2\n\"1\": b\n", 3, "twice, first in line 1"),
            ("a: 1\nb: &x\n  c: 1\nd: *x\n", 2, "&x"),
            ("a: 1\nb: *x\n", 2, "alias"), ("a: 1\nb: &x 2\n", 2, "&x"),
            ("a: 1\n? [b]\n: 2\n", 2, "key"),
            ("a: 1\n---\nb: 2\n", 2, "YAML"),
            (
                "a:\n  " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40), 2,
                "deep"
            ),
            ("a:\n  " + String(repeating: "[", count: 5000), 2, "YAML"),
        ])
    func refused(_ text: String, _ line: Int, _ problem: String) throws {
        let error = #expect(throws: OCIError.self) {
            try ConfigurationNode.parse(text, name: "f.yaml")
        }
        #expect(error?.kind == .configuration)
        #expect(error?.subject == "f.yaml")
        #expect(error?.message.contains("line \(line)") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
    }

    @Test("aliases of aliases are refused before they are unfolded, in a key too")
    func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: OCIError.self) {
            try ConfigurationNode.parse(text + "? *a11\n: 1\n", name: "f")
        }
        #expect(error?.message.contains("line 1: anchors like \"&a0\"") == true)
    }

    @Test("what only looks like an alias is text")
    func lookalikes() throws {
        let text = "a: [\"x/*b\", R&b, \"**\", \"*c\", \"a && c\", \"/?x=&b\"]\n"
        #expect(try ConfigurationNode.parse(text, name: "f")?["a"]?.items?.count == 6)
    }

    @Test("a file is bounded, and UTF-8")
    func files() async throws {
        let folder = try TemporaryFolder()
        let small = try await ConfigurationNode.read(folder.write("small", "a: ä"))
        #expect(try small?["a"]?.text() == "ä")
        let large = [UInt8](repeating: 35, count: ConfigurationNode.sizeLimit + 1)
        for (bytes, kind) in [
            (large, OCIError.Kind.configuration), ([0x61, 0xff], .configuration),
        ] {
            let path = try folder.write("bad", bytes)
            let error = await #expect(throws: OCIError.self) {
                _ = try await ConfigurationNode.read(path)
            }
            #expect(error?.kind == kind)
            #expect(error?.subject == path)
        }
        let error = await #expect(throws: OCIError.self) {
            _ = try await ConfigurationNode.read(folder.file("none"))
        }
        #expect(error?.kind == .notFound)
    }
}
