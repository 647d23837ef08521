import OCIRegistry
import TestSupport
import Testing

@testable import Publisher

@Suite("What may be written for a repository")
struct RepositoryNamesTests {
    private static let digest = "sha256:" + String(repeating: "0", count: 64)
    private let names: RepositoryNames

    init() throws {
        names = RepositoryNames(configuration: try Example.parse(Example.complete))
    }

    @Test(
        "an image stands for the first of its repositories",
        arguments: ["", ":dev", "@\(digest)", ":dev@\(digest)"])
    func image(suffix: String) throws {
        let found = try names.find("app\(suffix)")
        #expect("\(found.reference)" == "git.example.org:8443/team/app\(suffix)")
        #expect(found.image?.name == "app")
        #expect(try names.find("tool\(suffix)").image?.name == "tool")
    }

    @Test(
        "a registry's name stands for its host",
        arguments: ["team/app", "team/app:dev", "other:1@\(digest)"])
    func registry(rest: String) throws {
        let found = try names.find("git/\(rest)")
        #expect("\(found.reference)" == "git.example.org:8443/\(rest)")
        #expect(found.image == nil)
        #expect("\(try names.host("git"))" == "git.example.org:8443")
        #expect("\(try names.host("git.example.org"))" == "git.example.org")
    }

    @Test(
        "anything else with a slash is by Docker's rules",
        arguments: [
            ("app.example.org/x:1", "app.example.org/x:1"),
            ("localhost/app", "localhost/app"), ("localhost:5000/app:1", "localhost:5000/app:1"),
            ("git:5000/app", "git:5000/app"), ("team/app", "docker.io/team/app"),
            ("app/app:dev", "docker.io/app/app:dev"),
            ("docker://git/team", "docker.io/git/team"),
            ("docker://app:dev", "docker.io/library/app:dev"),
            ("docker://git.example.org/app@\(digest)", "git.example.org/app@\(digest)"),
        ])
    func whole(text: String, reference: String) throws {
        #expect("\(try names.reference(text))" == reference)
        let plain = RepositoryNames(configuration: nil)
        #expect("\(try plain.reference(text))" == reference)
    }

    @Test("a registry called like a host is that host's only where the name could be no host")
    func ambiguous() throws {
        let configuration = try Example.parse(
            """
            registries:
              localhost: {host: a.example.org}
              r.example: {host: b.example.org}
              bare: {host: registry}
            channels: {dev: {on: refs/heads/main}}
            images:
              app: {repository: bare/app, tags: {dev: {rolling: [dev]}}}
            """)
        let names = RepositoryNames(configuration: configuration)
        #expect(try names.reference("localhost/x").host.description == "localhost")
        #expect(try names.reference("r.example/x").host.description == "r.example")
        #expect(try names.host("r.example").description == "r.example")
        // What Docker's rules would take for an owner on Docker Hub.
        for text in ["app:dev", "bare/app:dev"] {
            #expect("\(try names.reference(text))" == "registry/app:dev")
        }
    }

    @Test("an unknown name is told with those that there are, and a whole reference")
    func unknown() throws {
        for text in ["ap", "ap:1", "ap@\(Self.digest)", "git", "localhost:5000", ""] {
            let error = #expect(throws: OCIError.self) { try names.find(text) }
            #expect(error?.kind == .usage)
            #expect(error?.advice?.contains("HOST/REPOSITORY:TAG") == true)
            #expect(error?.advice?.contains("p.yaml: its images are app, tool") == true)
        }
        let error = #expect(throws: OCIError.self) {
            try RepositoryNames(configuration: nil).find("alpine:3")
        }
        #expect(error?.advice?.contains("docker.io/library/alpine:3") == true)
        #expect(error?.advice?.contains("no publisher.yaml") == true)
    }

    @Test(
        "what is illegal after a name is refused as it is after a host",
        arguments: ["app:a b", "app@sha256:1", "app:", "git/Team", "git/", "git/a:b:c"])
    func illegal(text: String) {
        let error = #expect(throws: OCIError.self) { try names.find(text) }
        #expect(error.map { !"\($0)".contains("localhost") } == true)
    }

    @Test("a destination has no digest")
    func destination() throws {
        #expect("\(try names.destination("app:dev"))" == "git.example.org:8443/team/app:dev")
        #expect(throws: OCIError.self) { try names.destination("app@\(Self.digest)") }
    }

    @Test("prefixes go before paths, paths before names")
    func order() async throws {
        let folder = try TemporaryFolder()
        let layout = try OCILayout.image(.small(), tag: "v")
        try layout.write(to: folder.file("app"))
        let path = folder.file("app")
        #expect("\(try await names.location("oci:app"))" == "oci:app")
        #expect("\(try await names.location(path))" == "oci:\(path)")
        #expect(
            "\(try await names.location("app:dev"))"
                == "docker://git.example.org:8443/team/app:dev")
    }
}
