import ImageTags
import OCIRegistry
import Testing

@Suite("Images of a Dockerfile")
struct DockerfileTests {
    private func lines(_ text: String) -> [String] {
        Uses.lines(Dockerfile.images(in: Array(text.utf8), path: "Dockerfile"))
    }

    @Test(
        "FROM, COPY --from, RUN --mount and syntax are found, and nothing else",
        arguments: [
            ("FROM rust:1", ["from rust:1 -> rust:1"]), ("from rust", ["from rust -> rust"]),
            ("fRoM\trust:1\tas\tb\n", ["from rust:1 -> rust:1"]),
            ("FROM --platform=linux/amd64 a/b:1 AS c", ["from a/b:1 -> a/b:1"]),
            ("FROM \"rust:1\"", ["from \"rust:1\" -> rust:1"]),
            ("FROM scratch", ["from scratch ! scratch"]),
            ("FROM a:1 AS Base\nFROM base\n", ["from a:1 -> a:1", "from base ! stage"]),
            ("FROM later\nFROM a:1 AS later\n", ["from later -> later", "from a:1 -> a:1"]),
            (
                "FROM a AS s\nCOPY --from=s /a /b\nCOPY --chown=1 --from=b:2 --link /a /b",
                ["from a -> a", "copy-from s ! stage", "copy-from b:2 -> b:2"]
            ),
            (
                "FROM a\nCOPY --from=0 a b\nCOPY --from=1 a b\nCOPY a --from=c b\nADD --from=c a b",
                ["from a -> a", "copy-from 0 ! stage", "copy-from 1 -> 1"]
            ),
            (
                "FROM a\nCOPY --from=z a b\nFROM c AS z",
                ["from a -> a", "copy-from z ! stage", "from c -> c"]
            ),
            ("FROM a\nCOPY --from=$X a b", ["from a -> a", "copy-from $X ! not expanded"]),
            (
                "FROM a\nRUN --mount=type=bind,from=b:1,target=/x --mount=from=a/c make FROM x",
                ["from a -> a", "mount-from b:1 -> b:1", "mount-from a/c -> a/c"]
            ),
            (
                "FROM a\nRUN --network=none --mount=\"type=bind,from=b\" --mount=type=cache make",
                ["from a -> a", "mount-from b -> b"]
            ),
            ("FROM a\nONBUILD COPY --from=b:1 / /", ["from a -> a", "copy-from b:1 -> b:1"]),
            (
                "# syntax=docker/dockerfile:1\nFROM a",
                ["syntax docker/dockerfile:1 -> docker/dockerfile:1", "from a -> a"]
            ),
            (
                "#!/usr/bin/env docker\r\n#SYNTAX = a/b:1 \r\n# check=skip=all\r\nFROM a\r\n",
                ["syntax a/b:1 -> a/b:1", "from a -> a"]
            ),
            ("# a comment\n# syntax=a/b:1\nFROM a", ["from a -> a"]),
            ("\n# syntax=a/b:1\nFROM a", ["from a -> a"]),
            ("\u{feff}FROM rust:1\r\n# FROM x\r\nRUN true", ["from rust:1 -> rust:1"]),
            (
                "FROM \\\n  # not this\n\n  rust:1 \\\n  AS b\nFROM b",
                ["from rust:1 -> rust:1", "from b ! stage"]
            ),
            ("FROM ru\\\nst:1", ["from ru\\\nst:1 -> rust:1"]),
            (
                "# escape=`\nFROM `\n  rust:1\nRUN a \\\nFROM b",
                ["from rust:1 -> rust:1", "from b -> b"]
            ),
            ("FROM a\nRUN echo \\\\\nFROM b", ["from a -> a", "from b -> b"]),
            ("FROM a\nRUN echo \\ \t\nFROM b", ["from a -> a"]),
            ("FROM a\nLABEL x=\"FROM b\"\nCMD [\"FROM\", \"c\"]", ["from a -> a"]),
            ("FROM rust:1@\(Uses.digest)", ["from rust:1@\(Uses.digest) -> rust:1@"]),
            ("FROM rust@\(Uses.digest)", ["from rust@\(Uses.digest) -> rust@"]),
            ("FROM localhost:5000/a:1", ["from localhost:5000/a:1 -> localhost:5000/a:1"]),
            ("FROM Rust:1", ["from Rust:1 ! no reference"]),
            ("FROM {{ .Base }} AS x\nFROM x", ["from {{ .Base }} AS x ! template", "from x -> x"]),
            ("", []), ("# nothing", []), ("FROM", []), ("\\", []), ("ARG", []),
        ])
    func found(_ text: String, _ expected: [String]) { #expect(lines(text) == expected) }

    @Test(
        "here-documents are passed over, several and nested in looks",
        arguments: [
            ("RUN <<EOF\nFROM b\nEOF\nFROM c", ["c"]),
            ("RUN <<-EOF\n\tFROM b\n\tEOF\nFROM c", ["c"]),
            ("RUN <<EOF\n\tEOF\nFROM b\nEOF\nFROM c", ["c"]),
            ("RUN <<'E F'\nFROM b\nE F\nFROM c", ["c"]),
            ("COPY <<\"A\" <<B /x/\nFROM b\nA\nFROM b\nB\nFROM c", ["c"]),
            ("ADD 3<<A /x/\nA\nFROM c", ["c"]), ("ONBUILD RUN <<A\nFROM b\nA\nFROM c", ["c"]),
            ("RUN cat <<A \\\n  <<B\nFROM b\nA\nFROM b\nB\nFROM c", ["c"]),
            ("RUN <<EOF\r\nFROM b\r\nEOF\r\nFROM c\r\n", ["c"]),
            ("RUN echo $((1<<2))\nFROM c", ["c"]), ("RUN cat <<<x\nFROM c", ["c"]),
            ("RUN [\"cat\", \"<<EOF\"]\nFROM c", ["c"]), ("LABEL a=<<EOF\nFROM c", ["c"]),
            ("RUN --mount=type=cache,target=/x <<EOF bash\nFROM b\nEOF\nFROM c", ["c"]),
        ])
    func heredocs(_ text: String, _ expected: [String]) {
        #expect(
            lines("FROM a\n" + text) == ["from a -> a"] + expected.map { "from \($0) -> \($0)" })
    }

    @Test(
        "ARG gives its value to FROM, from before the first FROM only",
        arguments: [
            ("ARG V=1\nFROM rust:$V", ["rust:1"]),
            ("ARG V=1\nFROM rust:${V}-slim", ["rust:1-slim"]),
            ("ARG A=1 B='rust'\nFROM $B:$A", ["rust:1"]),
            ("ARG A=1\nARG B=rust:$A\nFROM ${B}", ["rust:1"]),
            ("ARG V=1\nARG V\nFROM rust:$V", ["rust:1"]),
            ("ARG V=1\nARG V=2\nFROM rust:$V", ["rust:2"]),
            ("FROM rust:${V:-1}", ["rust:1"]), ("FROM rust:${V-1}", ["rust:1"]),
            ("ARG V=\nFROM rust:1${V-x}", ["rust:1"]), ("ARG V=\nFROM rust:1${V:-x}", ["rust:1x"]),
            ("ARG V=9\nFROM rust:1${V:+-x}", ["rust:1-x"]), ("FROM rust:1${V:+-x}", ["rust:1"]),
            ("FROM ${A:-${B:-rust}:${V:-1}}", ["rust:1"]),
            ("ARG B=rust\nFROM $B AS b\nFROM b", ["rust:1"]),
            ("ARG R=\nFROM ${R}rust:1", ["rust:1"]), ("ARG N=ru\\st\nFROM $N:1", ["rust:1"]),
            ("ARG N=\"ru\"'st'\nFROM $N:1", ["rust:1"]),
        ])
    func arguments(_ text: String, _ expected: [String]) {
        let found = Dockerfile.images(in: Array(text.utf8), path: "Dockerfile")
        let names = found.uses.compactMap(\.reference).map {
            "\($0.repository)".replacing("library/", with: "") + ":\($0.tag?.description ?? "1")"
        }
        #expect(names == expected)
    }

    @Test(
        "what has no value is named with the variable",
        arguments: [
            ("FROM rust:$V", "no value: V"), ("ARG V\nFROM rust:$V", "no value: V"),
            ("FROM a AS b\nARG V=1\nFROM rust:$V", "no value: V"),
            ("FROM rust:${V:?x}", "no value: V"),
            ("ARG W\nARG V=$W\nFROM rust:$V", "no value: W"),
            ("FROM base-$TARGETARCH", "per platform: TARGETARCH"),
            ("ARG V=1.2\nFROM rust:${V%.*}", "unknown: ${V%.*}"), ("FROM rust:${V", "unknown: ${V"),
            ("ARG V=\nFROM $V", "no reference"),
        ])
    func valueless(_ text: String, _ expected: String) {
        #expect(lines(text).last?.hasSuffix("! " + expected) == true, "\(lines(text))")
    }

    @Test("the platform of a FROM is known where its text is")
    func platforms() {
        let text = "ARG P=linux/arm64\nFROM --platform=$P a\nFROM --platform=$BUILDPLATFORM b\n"
        let found = Dockerfile.images(in: Array(text.utf8), path: "Dockerfile")
        #expect(found.uses.map { $0.platform?.description } == ["linux/arm64", nil])
        #expect(found.uses.map(\.place) == ["Dockerfile:2:20", "Dockerfile:3:32"])
    }

    @Test(
        "what cannot be read is named with its line, the rest is read",
        arguments: [
            ("FROM a\nFRMO b\nFROM c", 2, 2), ("FROM a\nRUN <<EOF\nFROM c\n", 3, 1),
            ("FROM a b\nFROM c", 1, 2), ("FROM a AT b\nFROM c", 1, 2), ("FROM\nFROM c", 1, 1),
        ])
    func broken(_ text: String, _ line: Int, _ uses: Int) {
        let found = Dockerfile.images(in: Array(text.utf8), path: "Dockerfile")
        #expect(found.problems.map(\.line) == [line])
        #expect(found.uses.count == uses)
    }
}
