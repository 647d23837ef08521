import ImageTags
import OCIRegistry
import Testing

@Suite("Images of YAML files")
struct YAMLFileTests {
    private func lines(_ path: String, _ text: String, env: String? = nil) throws -> [String] {
        let file = try #require(PinnableFile(path: path))
        let environment = env.map { [EnvironmentFile(path: ".env", bytes: Array($0.utf8))] } ?? []
        let found = file.images(in: Array(text.utf8), path: path, environment: environment)
        return Uses.lines(found) + found.problems.map { "line \($0.line)" }
    }

    @Test(
        "a service's image, with the values of its variables",
        arguments: [
            ("image: a:1", ["compose a:1 -> a:1"]), ("image: 'a:1' # c", ["compose a:1 -> a:1"]),
            ("image: a:${V:-1}", ["compose a:${V:-1} -> a:1"]),
            ("image: $$x", ["compose $$x ! no reference"]),
            ("image: ${I}", ["compose ${I} ! no value: I"]),
            ("image: a:${E}", ["compose a:${E} -> a:17"]),
            ("image: a\n    build: .", ["compose a ! built"]), ("build: .", []),
            ("image: \"a:\\x31\"", ["compose a:\\x31 ! escaped"]),
            ("image: [a]", ["compose [ ! no reference"]),
            ("image:", ["compose  ! no reference"]), ("<<: {image: a:1}", ["compose a:1 -> a:1"]),
            ("volumes: [{type: image, source: b:1}, c:d]", ["volume b:1 -> b:1"]),
            (
                "build: {context: ., additional_contexts: [a=docker-image://b:1, c=./d]}",
                ["build-context b:1 -> b:1"]
            ),
            (
                "build: {additional_contexts: {a: 'docker-image://b:1', c: ./d}}",
                ["build-context b:1 -> b:1"]
            ),
            ("build: {dockerfile_inline: FROM x}", ["inline-build FROM x ! inline"]),
            (
                "environment: ['GITEA_RUNNER_LABELS=a:docker://b:1,c:host', IMAGE=no]",
                ["runner-label b:1 -> b:1", "runner-label c:host ! no image"]
            ),
        ])
    func compose(_ service: String, _ expected: [String]) throws {
        let text = "x: {image: no}\nservices:\n  s:\n    \(service)\n"
        #expect(try lines("a/compose.yaml", text, env: "E=17") == expected)
    }

    @Test("anchors and merges lead to the bytes that are meant, once")
    func anchors() throws {
        let text = """
            x-base: &base {image: &image "a:1"}
            services:
              one: *base
              two: {<<: *base, restart: always}
              three: {image: *image}
              four: {<<: *base, image: b:1}
            """
        #expect(
            try lines("docker-compose.yml", text) == ["compose a:1 -> a:1", "compose b:1 -> b:1"])
    }

    @Test("containers, services and steps of workflows, of all three kinds")
    func workflows() throws {
        let text = """
            on: push
            jobs:
              a:
                container: node:22
                services: {db: {image: "pg:18"}, none: {ports: [1]}}
                steps:
                  - uses: docker://alpine:3
                  - uses: actions/checkout@v4
                  - {run: "echo image: no"}
              b:
                container: {image: docker://node:20, options: x}
                strategy: {matrix: {include: [{image: c:1}], image: [a:1, b:1], version: [1]}}
              c:
                container: ${{ matrix.image }}
                strategy: {matrix: {include: [{image: c:1}], image: [a:1, b:1], version: [1]}}
              d: {container: "node:${{ matrix.version }}", services: {x: {image: "${{ env.X }}"}}}
              e: {container: ''}
            """
        let expected = [
            "container node:22 -> node:22", "service pg:18 -> pg:18", "step alpine:3 -> alpine:3",
            "container node:20 -> node:20", "container c:1 -> c:1", "container a:1 -> a:1",
            "container b:1 -> b:1", "container node:${{ matrix.version }} ! expression",
            "service ${{ env.X }} ! expression", "container  ! no image",
        ]
        for path in [
            ".gitea/workflows/a.yml", "x/.github/workflows/a.yaml", ".forgejo/workflows/b.yml",
        ] {
            #expect(try lines(path, text) == expected)
        }
    }

    @Test("actions, runners and pods")
    func others() throws {
        #expect(
            try lines("a/action.yml", "runs: {using: docker, image: 'docker://a:1'}")
                == ["action a:1 -> a:1"])
        #expect(
            try lines("action.yaml", "runs: {using: docker, image: Dockerfile}")
                == ["action Dockerfile ! built"])
        #expect(
            try lines("action.yml", "runs: {using: composite, steps: [{uses: 'docker://a:1'}]}")
                == ["step a:1 -> a:1"])
        #expect(
            try lines(
                "runner/config.yaml", "runner:\n  labels:\n  - \"u:docker://a:1\"\n  - u:host\n")
                == ["runner-label a:1 -> a:1", "runner-label u:host ! no image"])
        let pod = """
            # licence
            apiVersion: v1
            kind: List
            items:
            - kind: Deployment
              spec:
                template:
                  spec:
                    initContainers: [{name: i, image: a:1}]
                    containers:
                    - image: >-
                        b:1
                      env: [{name: image, value: no}]
                    ephemeralContainers: [{image: c:1}]
                    volumes: [{name: v, image: {reference: d:1}}]
            ---
            apiVersion: v1
            kind: ConfigMap
            data: {image: no}
            """
        #expect(
            try lines("k8s/pod.yaml", pod)
                == ["pod a:1 -> a:1", "pod b:1 -> b:1", "pod c:1 -> c:1", "volume d:1 -> d:1"])
        #expect(try lines("values.yaml", "image: a:1\ncontainers: [{image: b}]") == [])
        #expect(
            try lines("t.yaml", "apiVersion: v1\nkind: Pod\n{{- if .x }}\nimage: {{ .y }}\n")
                == ["pod {{ ! template"])
        #expect(
            try lines("compose.yml", "services:\n  a: {image: b\n") == ["line 3"])
    }

    @Test("values of .env are pinned in .env where they are the whole image")
    func environment() throws {
        let compose = "services: {a: {image: $DB}, b: {image: \"x:${V}\"}, c: {image: '${DB}'}}"
        let env = "# c\r\nexport DB = 'pg:18' # d\r\nV=\"1\"\r\nW=${V}\n"
        let file = try #require(PinnableFile(path: "compose.yml"))
        let found = file.images(
            in: Array(compose.utf8), path: "compose.yml",
            environment: [EnvironmentFile(path: ".env", bytes: Array(env.utf8))])
        #expect(found.uses.compactMap(\.spot?.path) == [".env", "compose.yml", ".env"])
        #expect(
            String(decoding: try Uses.pinned(found, Array(env.utf8), path: ".env"), as: UTF8.self)
                == env.replacing("pg:18", with: "pg:18@\(Uses.digest)"))
        #expect(found.uses[1].inertVariables == ["V"])
    }

    @Test("arguments of a build are images where the Dockerfile takes one from them")
    func builds() throws {
        let compose =
            "services:\n  a:\n    build:\n      context: app\n      args: [\"B=rust:1\", V=2, N=3]\n"
        let file = try #require(PinnableFile(path: "compose.yml"))
        let bytes = Array(compose.utf8)
        let build = try #require(
            file.images(in: bytes, path: "compose.yml").builds.first)
        #expect(build.dockerfile == "app/Dockerfile")
        #expect(build.argumentNames == ["B", "N", "V"])
        let dockerfile = "ARG B=none\nARG V=1\nFROM $B\nFROM node:$V\n"
        let uses = Dockerfile.images(
            of: build, in: Array(dockerfile.utf8), path: "app/Dockerfile", file: bytes)
        #expect(
            Uses.lines(FoundImages(uses: uses)) == [
                "build-argument rust:1 -> rust:1", "build-argument 2 ! part",
            ])
        #expect(uses.first?.place == "compose.yml:5:17")
        #expect(
            String(
                decoding: try Uses.pinned(FoundImages(uses: uses), bytes, path: "compose.yml"),
                as: UTF8.self) == compose.replacing("rust:1", with: "rust:1@\(Uses.digest)"))
        let publisher = "images: {a: {build: {dockerfile: build/D, args: {B: rust:1}}}}"
        let own = try #require(PinnableFile(path: "publisher.yaml"))
            .images(in: Array(publisher.utf8), path: "publisher.yaml").builds
        #expect(own.map(\.dockerfile) == ["build/D"])
    }

    @Test(
        "the kind of a file is told by its path",
        arguments: [
            ("Dockerfile", PinnableFile.dockerfile), ("a/Dockerfile.builder", .dockerfile),
            ("x.dockerfile", .dockerfile), ("Containerfile", .dockerfile),
            ("Dockerfile-alpine", .dockerfile),
            ("dockerfile", .dockerfile), ("Dockerfile.dockerignore", nil),
            ("dockerfile_test.go", nil),
            ("Dockerfile.md", nil), ("compose.yaml", .compose),
            ("docker-compose.test.yml", .compose),
            ("compose.override.yaml", .compose), ("docker-compose-ci.yml", .compose),
            (".gitea/workflows/a.yml", .workflow), ("workflows/a.yml", .yaml),
            ("action.yml", .action),
            ("publisher.yaml", .publisher), ("a/b.yml", .yaml), ("README.md", nil), ("", nil),
            (".env", nil),
        ])
    func kinds(_ path: String, _ kind: PinnableFile?) { #expect(PinnableFile(path: path) == kind) }
}
