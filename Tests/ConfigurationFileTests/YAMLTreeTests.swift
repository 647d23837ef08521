import ConfigurationFile
import Testing

@Suite("YAML as it stands in a file")
struct YAMLTreeTests {
    /// What the bytes of every text of a key `image` are, with whether they are its value.
    private func images(_ text: String) -> [String] {
        let tree = YAMLTree(Array(text.utf8))
        var found: [String] = []
        for document in tree.documents {
            for mapping in tree.mappings(of: document) {
                for member in mapping.members where member.key.isText("image") {
                    guard let scalar = member.value.scalar else { continue }
                    let raw = String(decoding: tree.bytes[scalar.range], as: UTF8.self)
                    found.append(scalar.isVerbatim ? raw : "(\(scalar.text))")
                }
            }
        }
        return found
    }

    @Test(
        "a text is found to the byte, however it is written",
        arguments: [
            ("image: a:1", ["a:1"]), ("image: 'a:1' # c", ["a:1"]), ("{image: \"a:1\"}", ["a:1"]),
            ("\u{feff}image: a:1\r\nb: c\r\n", ["a:1"]), ("ä: ü\r\nimage: a:1\r\n", ["a:1"]),
            ("{ä€😀: ü, image: a:1}", ["a:1"]), ("\u{feff}ä: 1\nimage: a:1\n", ["a:1"]),
            ("image:   a:1   \n", ["a:1"]), ("image:\n  a:1\n", ["a:1"]),
            ("image: &x a:1\n", ["a:1"]), ("image: !!str  &x 'a:1'\n", ["a:1"]),
            ("image: !t # c\n  a:1\n", ["a:1"]), ("image: &x\n  \"a:1\"", ["a:1"]),
            ("\"image\": a:1", ["a:1"]), ("\"im\\x61ge\": a:1", ["a:1"]),
            ("? image\n: a:1\n", ["a:1"]), ("image: \"a:\\x31\"", ["(a:1)"]),
            ("image: 'a:''1'", ["(a:'1)"]), ("image: a\n  b", ["(a b)"]),
            ("image: |\n  a:1\nb: c", ["a:1"]), ("image: >-\r\n   a:1\r\n\r\nb: c", ["a:1"]),
            ("image: |2-\n  a:1", ["a:1"]), ("image: |\n  a\n  b\n", ["(a\nb\n)"]),
            ("image: |\n  ä:1", ["ä:1"]), ("image:", [""]), ("image: ''", [""]),
            ("a: \"\u{85} \u{2028}\"\nb: {image: b}", ["b"]),
            ("a: 1\n---\nimage: a:1\n...\n---\nimage: b:1\n", ["a:1", "b:1"]),
            ("- image: a\n- [{image: b}]\n", ["a", "b"]), ("", []), ("# nothing", []),
            ("image: [a]", []), ("[image, a]", []),
        ])
    func positions(_ text: String, _ expected: [String]) {
        #expect(images(text) == expected)
        #expect(YAMLTree(Array(text.utf8)).problem == nil)
    }

    @Test(
        "aliases lead to what they stand for, merged keys come after a mapping's own",
        arguments: [
            ("x: &i a:1\nimage: *i\n", ["a:1"]),
            ("x: &i {image: a}\ny: {<<: *i}\nz: {image: b, <<: *i}", ["a", "a", "b"]),
            (
                "x: &i {image: a}\ny: &j {image: b, <<: *i}\nz: {<<: [*i, *j]}",
                ["a", "b", "a"]
            ),
            ("x: &i {image: a}\ny: &j {<<: *i}\nz: {<<: *j}", ["a", "a", "a"]),
            ("x: &i {<<: *i, image: a}", ["a"]), ("x: &i a\ny: &i b\nimage: *i", ["b"]),
        ])
    func aliases(_ text: String, _ expected: [String]) { #expect(images(text) == expected) }

    @Test("what is not YAML is named with its line, documents before it are kept")
    func broken() {
        for (text, line, kept) in [
            ("image: a\n---\nb: [c\nd: }\n", 4, ["a"]), ("b: *x", 1, []),
            ("a: &x 1\n---\nb: *x\n", 3, []), ("a: 1\nimage: \"\n", 3, []),
            ("image: a\n\tb: c", 2, []),
            ("a: " + String(repeating: "[", count: 20000), 1, []),
            ("image: a\n---\n" + String(repeating: "- ", count: 20000), 3, ["a"]),
        ] {
            #expect(YAMLTree(Array(text.utf8)).problem?.line == line, "\(text.prefix(40))")
            #expect(images(text) == kept, "\(text.prefix(40))")
        }
        #expect(YAMLTree([0x61, 0x3a, 0x20, 0xff]).problem != nil)
        #expect(YAMLTree([0x61, 0x3a, 0x20, 0x00]).problem != nil)
    }

    @Test("aliases of aliases stay as small as they are written")
    func bomb() {
        var text = "a0: &a0 {<<: [], image: x}\n"
        for level in 1..<30 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            text += "a\(level): &a\(level) {<<: [\(aliases)]}\n"
        }
        #expect(images(text).count == 30)
    }
}
