import TestSupport

/// Files as people write them, put together from pieces.
struct FileGenerator {
    var numbers: SeededRandom

    init(_ seed: Int) { numbers = SeededRandom(seed: UInt64(seed)) }

    mutating func pick(_ choices: [String]) -> String {
        choices.randomElement(using: &numbers) ?? ""
    }

    private mutating func image() -> String {
        let name = pick([
            "rust", "node", "grafana/loki", "ghcr.io/a/b-c", "localhost:5000/x/y.z",
            "r.example:99/a",
        ])
        let tag = pick(["", ":1", ":1.92-bookworm", ":latest", ":18_x"])
        let digest = pick(["", "", "@\(Uses.other)"])
        return name + tag + digest
    }

    mutating func dockerfile() -> String {
        var lines: [String] = []
        for _ in 0..<Int.random(in: 0...3, using: &numbers) {
            lines.append(
                pick([
                    "ARG A=\(image())", "ARG V=1.2", "ARG B=\"rust:$V\"", "ARG C", "# ä: FROM no",
                    "arg D='n'",
                ]))
        }
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
            let image = pick([
                image(), image(), "$A", "${A}", "rust:$V", "rust:${V:-1}-x", "${B}", "$C",
                "scratch", "s",
                "\"\(image())\"", "${E:-\(image())}",
            ])
            let flag = pick(["", "", "--platform=linux/amd64 ", "--platform=$BUILDPLATFORM "])
            lines.append(
                pick(["FROM ", "from  ", "FROM \\\n  # c\n  "]) + flag + image
                    + pick(["", " AS s", " as T "]))
            for _ in 0..<Int.random(in: 0...4, using: &numbers) {
                lines.append(
                    pick([
                        "COPY --from=\(self.image()) /a /b", "COPY --from=s a b", "ARG V", "",
                        "RUN --mount=type=bind,from=\(self.image()),target=/x a && \\\n  b",
                        "# FROM x",
                        "RUN <<EOF\nFROM no\nEOF", "COPY <<-'A' <<B /x/\nFROM no\n\tA\nB",
                        "LABEL ü=\"€ 😀\"",
                        "ONBUILD COPY --from=\(self.image()) a b", "RUN echo \"FROM x\"",
                    ]))
            }
        }
        return finish(lines)
    }

    mutating func compose() -> String {
        var lines = ["# ü €", "x-a: &a", "  image: &i \(image())", "services:"]
        for index in 0..<Int.random(in: 1...6, using: &numbers) {
            lines.append("  s\(index):")
            lines.append(
                pick([
                    "    image: \(image())", "    image:   '\(image())'  # c",
                    "    \"image\": \"\(image())\"",
                    "    image: ${X:-\(image())}", "    image: $X", "    image: *i", "    <<: *a",
                    "    {image: \(image()), build: .}", "    image: |-\n      \(image())",
                    "    image: >\n      \(image())\n", "    build: {args: {A: \(image())}}",
                ]))
        }
        return finish(lines)
    }

    mutating func workflow() -> String {
        var lines = ["on: push", "jobs:"]
        for index in 0..<Int.random(in: 1...4, using: &numbers) {
            lines += [
                "  j\(index):",
                pick(["    container: \(image())", "    container: {image: \"\(image())\"}"]),
            ]
            lines += ["    services:", "      ä€: {image: \(image())}", "    steps:"]
            lines += [
                "    - uses: \(pick(["docker://\(image())", "actions/x@v1"]))", "    - run: |",
                "        image: no",
            ]
        }
        return finish(lines)
    }

    private mutating func finish(_ lines: [String]) -> String {
        let end = pick(["\n", "\n", "\r\n"])
        let text = lines.joined(separator: "\n").replacing("\n", with: end)
        return pick(["", "", "\u{feff}"]) + text + pick(["", end])
    }

    /// A file with some bytes changed, left out, put in or doubled.
    mutating func mutated(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...6, using: &numbers) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &numbers)
            switch Int.random(in: 0...4, using: &numbers) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &numbers)
            case 1: bytes.remove(at: index)
            case 2:
                bytes.insert(
                    contentsOf: pick([
                        "\n", "\\", "$", "${", "\"", "'", "<<", "\t", "&", "*", "@", ": ", "{",
                        "\r",
                    ]).utf8, at: index)
            case 3: bytes.removeSubrange(index..<min(bytes.count, index + 20))
            default:
                bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 30)], at: index)
            }
        }
        return bytes
    }
}
