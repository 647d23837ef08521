import OCIRegistry
import Testing

@testable import Publisher

/// What the doctor is made of besides its checks.
@Suite struct DoctorPartsTests {
    @Test("labels of runners")
    func labels() {
        #expect(RunnerLabel("a:docker://b/c:d")?.image == "b/c:d")
        for text in ["a:host", "a", "a:docker:b", ":docker://b", "docker://b"] {
            #expect(RunnerLabel(text) == nil)
        }
        let list = RunnerLabel.list("a:docker://x/y:1, b:host ,c:docker://z/w")
        #expect(list.map(\.name) == ["a", "c"])
    }

    static let proxies: [([String: String], String, String?)] = [
        (["HTTPS_PROXY": "http://p:1"], "https", "HTTPS_PROXY"),
        (["https_proxy": "p:1", "HTTPS_PROXY": "http://q:2"], "https", "https_proxy"),
        (["ALL_PROXY": "http://p:1"], "https", "ALL_PROXY"),
        (["HTTP_PROXY": "http://p:1"], "http", nil),
        (["http_proxy": "p:1"], "http", "http_proxy"),
        (["HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example.org"], "https", nil),
        (["HTTPS_PROXY": "http://p:1", "NO_PROXY": "a, git.example.org"], "https", nil),
        (["HTTPS_PROXY": "http://p:1", "no_proxy": "*"], "https", nil),
        (["HTTPS_PROXY": "http://p:1", "NO_PROXY": "xgit.example.org"], "https", "HTTPS_PROXY"),
        (["HTTPS_PROXY": ""], "https", nil),
    ]

    @Test("the proxy of the environment", arguments: proxies)
    func proxy(environment: [String: String], scheme: String, variable: String?) throws {
        let host = try RegistryHost("git.example.org:443")
        let found = ProxySetting(host, scheme: scheme, environment: environment)
        #expect(found?.variable == variable)
        let here = try RegistryHost("127.0.0.1:5000")
        #expect(ProxySetting(here, scheme: scheme, environment: environment) == nil)
    }

    @Test("a bound holds also for what does not heed it")
    func timeLimit() async throws {
        let quick = await TimeLimit(seconds: 5).attempt { 7 }
        #expect(try quick.get() == 7)
        let start = ContinuousClock.now
        let late = await TimeLimit(seconds: 1).attempt {
            await Task.detached { try? await Task.sleep(for: .seconds(9)) }.value
        }
        #expect(throws: OCIError.self) { try late.get() }
        #expect(start.duration(to: .now) < .seconds(6))
        let broken = await TimeLimit(seconds: 5).attempt { throw OCIError(.denied, "no") }
        #expect(throws: OCIError(.denied, "no")) { try broken.get() }
    }

    @Test("every registry, each repository once, the ledger's too")
    func targets() throws {
        let configuration = try Configuration.parse(
            """
            registries:
              git: {host: git.example.org}
              hub: {host: hub.example.org}
            channels:
              dev: {on: refs/heads/main}
            images:
              app: {repository: git/team/app, tags: {dev: {rolling: [dev]}}}
              gpu: {repository: git/team/app, tags: {dev: {rolling: [gpu]}}}
            ledger: {repository: git/team/runs}
            """, path: "publisher.yaml")
        let all = DoctorTarget.all(of: configuration)
        #expect(all.map(\.host.description) == ["git.example.org", "hub.example.org"])
        #expect(all.map { $0.repositories.map(\.description) } == [["team/app", "team/runs"], []])
        let named = try DoctorTarget.named(
            ["gpu", "hub.example.org/a/b:1", "hub.example.org", "localhost:5000"], configuration)
        #expect(named.map { $0.repositories.map(\.description) } == [["team/app"], ["a/b"], []])
        #expect(named[1].settings?.name == "hub")
        #expect(throws: OCIError.self) { try DoctorTarget.named(["nothing"], configuration) }
    }
}
