import ImageTags
import OCIRegistry
import RunLedger
import Testing

@testable import ConfigurationFile
@testable import Publisher

@Suite("What publisher.yaml says")
struct ConfigurationTests {
    @Test("this repository's own is right")
    func own() async throws {
        let configuration = try await Configuration.read(Example.own)
        #expect(configuration.images.map(\.name) == ["builder", "builder-gpu", "matric-memory"])
        let dev = configuration.channels[0]
        let rolling = try configuration.images.map {
            try $0.rules(for: dev).rolling.map(\.description)
        }
        #expect(rolling == [["latest"], ["gpu"], ["dev", "main"]])
        let builder = try configuration.image(named: "builder")
        #expect(
            builder.destinations.map(\.reference.name)
                == ["git.integrolabs.net/roctinam/matric-memory/builder"])
    }

    @Test("registries and channels are read")
    func names() throws {
        let configuration = try Example.parse(Example.complete)
        let git = configuration.registries[0]
        #expect(git.host.description == "git.example.org:8443")
        #expect(git.dialect == .gitea)
        #expect(git.credentials == .init(username: "GIT_USER", password: "GIT_TOKEN"))
        #expect(!git.isInsecure)
        #expect(git.caFile == "certificates/ca.pem")
        let hub = configuration.registries[1]
        #expect(hub.dialect == .oci && hub.isInsecure && hub.credentials == nil)
        #expect(configuration.channels.map(\.versions) == [nil, .semver])
        #expect(configuration.channels[1].pattern.hasVersion)
    }

    @Test("images are read")
    func images() throws {
        let configuration = try Example.parse(Example.complete)
        let app = try configuration.image(named: "app")
        #expect(
            app.destinations.map(\.reference.name)
                == ["git.example.org:8443/team/app", "hub.example.org/app"])
        #expect(app.destinations.map(\.registry.name) == ["git", "hub"])
        #expect(app.build?.target == "final")
        #expect(app.build?.arguments == ["RUST_VERSION": "1.92"])
        #expect(app.platforms.map(\.description) == ["linux/amd64", "linux/arm64/v8"])
        #expect(
            app.labels.mapValues(\.description) == ["org.opencontainers.image.revision": "{sha}"])
        #expect(app.annotations == ["org.opencontainers.image.source": nil])
        let release = try app.rules(for: configuration.channels[1])
        #expect(release.forwardOnly)
        #expect(release.rolling.map(\.description) == ["latest", "{major}.{minor}"])
        let tool = try configuration.image(named: "tool")
        #expect(
            tool.annotations == ["org.opencontainers.image.ref.name": try Template("{channel}")])
        let refusal = #expect(throws: PolicyRefusal.self) {
            try tool.rules(for: configuration.channels[1])
        }
        #expect(refusal?.advice.contains("dev") == true)
        let error = #expect(throws: OCIError.self) { try configuration.image(named: "ap") }
        #expect(error?.advice?.contains("app, tool") == true)
    }

    @Test("the ledger and retention are read")
    func later() throws {
        let configuration = try Example.parse(Example.complete)
        let ledger = try #require(configuration.ledger)
        #expect(ledger.repository.reference.name == "git.example.org:8443/team/runs")
        #expect(ledger.signingKeyVariable == "LEDGER_KEY")
        #expect(ledger.publicKeys == ["build/ledger.pub"])
        #expect(ledger.minimumGrade == .c)
        let retention = try #require(configuration.retention)
        #expect(retention.grace?.duration == .seconds(86_400))
        #expect(retention.limits == .init(count: 200, percent: 50))
        #expect(retention.protected == [TagPattern("keep-*")])
        #expect(
            retention.roots
                == .init(
                    pins: ["build/**"], ledger: try Age("90d"),
                    receipts: .init(files: ["receipts/*.json"], age: try Age("30d"))))
        #expect(
            retention.repositories.map(\.keep) == [
                [
                    .tags([TagPattern("latest")]),
                    .versions(
                        VersionRule(prefix: "app-", minors: 3, patches: 2, prereleases: 1)),
                    .tags([TagPattern("sha-*")], newest: 10, youngerThan: 14 * 86_400),
                ]
            ])
    }

    @Test("paths go from the file's folder")
    func paths() throws {
        for (path, expected) in [
            ("/etc/p.yaml", "/etc/certificates/ca.pem"), ("../p.yaml", "../certificates/ca.pem"),
            ("/p.yaml", "/certificates/ca.pem"), ("p.yaml", "certificates/ca.pem"),
        ] {
            let configuration = try Configuration.parse(Example.complete, path: path)
            #expect(configuration.registries[0].caFile == expected)
        }
    }

    @Test("every key that may be there is read: without it, something else is said")
    func everyKey() throws {
        let document = try #require(
            try ConfigurationNode.parse(Example.complete, name: "p.yaml"))
        let whole = try Configuration(document, path: "p.yaml")
        var keys: Set<String> = []
        for (path, rest) in document.withoutEach() {
            keys.insert(path.last ?? "")
            let configuration = try? Configuration(rest, path: "p.yaml")
            #expect(configuration != whole, "\(path)")
        }
        #expect(Configuration.shape.keys.subtracting(keys) == [])
    }
}

extension Shape {
    /// All keys of records.
    fileprivate var keys: Set<String> {
        switch self {
        case .text, .choice, .flag, .number: []
        case .list(let shape), .names(_, let shape): shape.keys
        case .record(let fields): Set(fields.map(\.key)).union(fields.flatMap(\.shape.keys))
        case .either(let shapes): Set(shapes.flatMap(\.keys))
        }
    }
}

extension ConfigurationNode {
    /// This, without one key or entry at a time, wherever it is.
    fileprivate func withoutEach() -> [([String], ConfigurationNode)] {
        var found: [([String], ConfigurationNode)] = []
        for (index, member) in members.enumerated() {
            var rest = members
            rest.remove(at: index)
            found.append(([member.key], with(.mapping(rest))))
            for (path, value) in member.value.withoutEach() {
                var changed = members
                changed[index] = Member(key: member.key, line: member.line, value: value)
                found.append(([member.key] + path, with(.mapping(changed))))
            }
        }
        for (index, item) in (items ?? []).enumerated() {
            for (path, value) in item.withoutEach() {
                var changed = items ?? []
                changed[index] = value
                found.append((path, with(.list(changed))))
            }
        }
        return found
    }

    private func with(_ content: Content) -> ConfigurationNode {
        ConfigurationNode(content: content, file: file, line: line, what: what)
    }
}
