import Testing

@testable import Publisher

@Suite("Mistakes in publisher.yaml")
struct MistakeTests {
    private func expect(
        _ text: String, _ line: Int, _ parts: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let mistake = Example.mistake(text)
        for part in ["line \(line):"] + parts {
            #expect(
                mistake.contains(part), "'\(part)' is missing: \(mistake)",
                sourceLocation: sourceLocation)
        }
        #expect(!mistake.contains(" mistakes"), "\(mistake)", sourceLocation: sourceLocation)
    }

    @Test(
        "registries and channels",
        arguments: [
            ("registries: []", 1, "a list, not a mapping"),
            ("registries: {}", 1, "empty mapping"), ("registries:", 1, "empty"), ("- a", 1, "list"),
            ("registries:\n  r: {host: x, hots: x}", 2, "use one of: host, dialect"),
            ("registries:\n  r: {}", 2, "lacks \"host\""),
            ("registries:\n  r: {host: \"a b\"}", 2, "not a registry host"),
            ("registries:\n  r: {host: r.example, dialect: gitlab}", 2, "oci or gitea"),
            ("registries:\n  r: {host: r.example, insecure: yes}", 2, "true or false"),
            ("registries:\n  r: {host: [r.example]}", 2, "a list, not a value"),
            ("registries:\n  r: {host: ~}", 2, "empty"),
            ("registries:\n  r/s: {host: r.example}", 2, "'r/s' is no name"),
            ("registries:\n  r: {host: r.example, username-env: A}", 2, "name both"),
            ("registries:\n  r: {host: r.example}\n  s: {host: R.example}", 3, "both at r.example"),
            ("registries:\n  r: {host: r.example}\n  r: {host: s.example}", 2, "twice"),
            (
                "registries: {r: {host: r.example}}\nchannels:\n  d: {on: main}", 3,
                "refs/heads/main"
            ),
            ("registries: {r: {host: r.example}}\nchannels:\n  d: {}", 3, "lacks \"on\""),
            (
                "registries: {r: {host: r.example}}\nchannels:\n  d: {on: \"refs/tags/{version}\"}",
                3, "add versions"
            ),
            (
                "registries: {r: {host: r.example}}\nchannels:\n  d: {on: refs/heads/a, versions: semver}",
                3, "no {version}"
            ),
            (
                "registries: {r: {host: r.example}}\nchannels:\n  d: {on: refs/heads/a, versions: x}",
                3, "calver or semver"
            ),
            (
                "registries: {r: {host: r.example}}\nchannels:\n  d: {on: refs/heads/a}\n"
                    + "  e: {on: refs/heads/a}", 4, "the same git refs"
            ),
        ])
    func names(_ text: String, _ line: Int, _ part: String) {
        expect(text, line, [part])
    }

    @Test(
        "an image by itself",
        arguments: [
            ("  a: {tags: {dev: {rolling: [x]}}}", "lacks \"repository\""),
            ("  a: {repository: r/a}", "lacks \"tags\""),
            ("  a: {repository: r/a, tags: {}}", "empty mapping"),
            ("  a: {repository: r/a, tags: {dev: {}}}", "no tags"),
            ("  a: {repository: r/a, tags: {dev: {rolling: []}}}", "empty list"),
            ("  a: {repository: [], tags: {dev: {rolling: [x]}}}", "empty list"),
            ("  a: {repository: [r/a, r/a], tags: {dev: {rolling: [x]}}}", "twice"),
            ("  a: {repository: r/a, tags: {dev: {rolling: [x, x]}}}", "twice"),
            ("  a: {repository: a, tags: {dev: {rolling: [x]}}}", "REGISTRY/REPOSITORY"),
            ("  a: {repository: r/A, tags: {dev: {rolling: [x]}}}", "lower-case"),
            ("  a: {repository: q/a, tags: {dev: {rolling: [x]}}}", "no registry 'q'"),
            (
                "  a: {repository: r/a, tags: {prod: {rolling: [x]}}}",
                "the channels are dev, release"
            ),
            ("  a: {repository: r/a, tags: {dev: {roling: [x]}}}", "\"roling\""),
            ("  a: {repository: r/a, tags: {dev: {rolling: x}}}", "a value, not a list"),
            ("  a: {repository: r/a, tags: {dev: {rolling: [\"{sha8}\"]}}}", "{sha7}"),
            ("  a: {repository: r/a, tags: {dev: {rolling: [-x]}}}", "no tag"),
            ("  a: {repository: r/a, tags: {dev: {rolling: [\"\"]}}}", "no tag"),
            (
                "  a: {repository: r/a, tags: {dev: {immutable: [\"{version}\"]}}}",
                "pattern has {version}"
            ),
            ("  a: {repository: r/a, tags: {dev: {immutable: [latest]}}}", "only once"),
            ("  a: {repository: r/a, tags: {dev: {immutable: [\"{channel}\"]}}}", "only once"),
            (
                "  a: {repository: r/a, tags: {release: {immutable: [\"{major}.{minor}\"]}}}",
                "only once"
            ),
            (
                "  a: {repository: r/a, tags: {dev: {rolling: [x], forward-only: true}}}",
                "has versions"
            ),
            (
                "  a: {repository: r/a, tags: {release: {immutable: [\"{version}\"], forward-only: true}}}",
                "rolling tags"
            ),
            (
                "  a: {repository: r/a, platforms: [linux], tags: {dev: {rolling: [x]}}}",
                "linux/amd64"
            ),
            ("  a: {repository: r/a, build: {}, tags: {dev: {rolling: [x]}}}", "dockerfile"),
            (
                "  a: {repository: r/a, labels: {v: \"{version}\"}, tags: {dev: {rolling: [x]}}}",
                "needs {version}"
            ),
            (
                "  a: {repository: r/a, annotations: {v: \"{major}\"}, tags: {dev: {rolling: [x]}}}",
                "needs {major}"
            ),
            ("  a b: {repository: r/a, tags: {dev: {rolling: [x]}}}", "'a b' is no name"),
        ])
    func images(_ image: String, _ part: String) {
        expect(Example.with(images: image), 9, [part])
    }

    @Test(
        "what is for later is checked too",
        arguments: [
            ("ledger: {}", "lacks \"repository\""),
            ("ledger: {repository: q/runs}", "no registry 'q'"),
            ("ledger: {repository: r/runs, minimum-grade: E}", "A or B or C or D"),
            ("retention: {graze: 1h}", "grace"), ("retention: {grace: 0h}", "24h"),
            ("retention: {grace: 24}", "24h"), ("retention: {limits: {percent: 101}}", "0 to 100"),
            ("retention: {limits: {count: -1}}", "0 to"),
            ("retention: {repositories: {q/a: {keep: [{tags: [x]}]}}}", "no registry 'q'"),
            ("retention: {repositories: {r/a: {keep: []}}}", "empty list"),
            ("retention: {repositories: {r/a: {}}}", "lacks \"keep\""),
            ("retention: {repositories: {r/a: {keep: [{newest: 1}]}}}", "either tags or versions"),
            (
                "retention: {repositories: {r/a: {keep: [{versions: {minors: 1, patches: 1}, newest: 1}]}}}",
                "do not go with"
            ),
            ("retention: {repositories: {r/a: {keep: [{tags: [\"a b\"]}]}}}", "no pattern of tags"),
        ])
    func later(_ text: String, _ part: String) {
        let image = "  a: {repository: r/a, tags: {dev: {rolling: [x]}}}"
        expect(Example.with(images: image, more: text), 7, [part])
    }

    @Test("a secret in the file is refused, and not shown")
    func secrets() {
        for key in ["password", "token", "registry-token", "PASSWORD"] {
            let text = "registries:\n  r: {host: r.example, \(key): hunter2}"
            expect(text, 2, ["\"\(key)\"", "password-env"])
            #expect(!Example.mistake(text).contains("hunter2"))
        }
        let variable =
            "registries:\n  r: {host: r.example, username-env: A, password-env: hunter-2}"
        expect(variable, 2, ["name of an environment variable"])
        #expect(!Example.mistake(variable).contains("hunter-2"))
        let host = "registries:\n  r: {host: \"me:hunter2@r.example\"}"
        expect(host, 2, ["password before it"])
        #expect(!Example.mistake(host).contains("hunter2"))
        let build = "build: {dockerfile: x, args: {NPM_TOKEN: hunter2}}"
        let image = "  a: {repository: r/a, \(build), tags: {dev: {rolling: [x]}}}"
        expect(Example.with(images: image), 9, ["NPM_TOKEN", "--secret"])
        #expect(!Example.mistake(Example.with(images: image)).contains("hunter2"))
    }

    @Test("all mistakes are told at once, in the order of the file")
    func many() throws {
        let text = Example.with(
            images: """
                  a: {repository: r/a, tags: {dev: {roling: [x]}}}
                  b: {repository: r/A, tags: {dev: {rolling: [x]}}}
                  c: {repository: r/a}
                """)
        let mistake = Example.mistake(text)
        let lines = mistake.split(separator: "\n").map { $0.prefix(10) }
        #expect(lines == ["3 mistakes", "  line 9: ", "  line 10:", "  line 11:", "next: corr"])
    }

    @Test("an empty file is told from one that is missing")
    func empty() { #expect(Example.mistake("# later\n").contains("nothing in it")) }
}
