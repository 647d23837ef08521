import Foundation
import TestSupport
import Testing

/// `build/docker-compose.test.yml`, with the Compose of the builder at the engine of the tests.
@Suite(.needs(.engine))
struct ComposeTests {
    private let project = "compose-\(UUID().uuidString.prefix(8).lowercased())"

    private func compose(_ command: String..., project: String? = nil) async throws -> ChildResult {
        let (container, service) = (try await BuilderContainer(), try await BuilderImages.service)
        let variables = [
            "SERVICE_IMAGE": service.service, "TESTDB_IMAGE": service.testdb,
            "COMPOSE_PROJECT_NAME": project ?? self.project,
        ]
        return try await container.client.run(
            ["run", "--rm", "--network", "none", "--volume", "\(Peers.root)build:/build:ro"]
                + container.engineSocket
                + variables.flatMap { ["--env", "\($0.key)=\($0.value)"] }
                + [container.images.builder, "docker", "compose", "--file"]
                + ["docker-compose.test.yml"] + command)
    }

    private func address(_ service: String, _ port: String, project: String? = nil) async throws
        -> String
    {
        try await compose("port", service, port, project: project).checked().stdout
            .filter { !$0.isNewline }
    }

    @Test(
        "Two projects become healthy beside each other, and each service keeps notes in its own database"
    )
    func healthy() async throws {
        let second = project + "-second"
        async let one = compose("up", "--no-build", "--detach", "--wait", "--wait-timeout", "120")
        async let two = compose(
            "up", "--no-build", "--detach", "--wait", "--wait-timeout", "120", project: second)
        for result in try await [one, two] { #expect(result.status == 0, "\(result.stderr)") }
        let (first, other) = (
            "http://\(try await address("service", "3000"))/notes?embedding=1,2,3",
            "http://\(try await address("service", "3000", project: second))/notes?embedding=1,2,3"
        )
        #expect(try await tool("curl", "-sS", "--data", "kept", first) == "1")
        #expect(try await tool("curl", "-sS", first) == "kept")
        #expect(try await tool("curl", "-sS", other) == "")
        let versions = try await compose(
            "exec", "--no-TTY", "testdb", "psql", "--host", "127.0.0.1", "--username", "matric",
            "--tuples-only", "--command",
            "SELECT extname FROM pg_extension ORDER BY 1; SHOW max_locks_per_transaction"
        ).checked().stdout.split(separator: "\n").map { $0.filter { $0 != " " } }
        #expect(versions == ["plpgsql", "postgis", "vector", "256"], "\(versions)")
        for name in [project, second] {
            let down = try await compose("down", "--volumes", "--timeout", "5", project: name)
            #expect(down.status == 0, "\(down.stderr)")
        }
        let left = try await DockerClient().run([
            "volume", "ls", "--quiet", "--filter", "name=\(project)",
        ])
        #expect(left.stdout.isEmpty)
    }

    @Test("The sample's own tests pass in the builder, with the database on a free port")
    func integration() async throws {
        let up = try await compose("up", "--no-build", "--detach", "--wait", "testdb")
        #expect(up.status == 0, "\(up.stderr)")
        let database = try await address("testdb", "5432")
        let container = try await BuilderContainer()
        let result = try await container.client.run([
            "run", "--rm", "--network", "host", "--env", "BUILDER_DOCKER=none", "--env",
            "DATABASE_URL=postgres://matric@\(database)/matric", "--volume",
            "\(Peers.root)build/sample:/sample:ro", container.images.builder, "sh", "-c",
            """
            set -e
            cp -r /sample/. .
            cargo fmt --all -- --check
            cargo clippy --quiet --workspace --all-targets --locked -- -D warnings
            cargo test --quiet --workspace --locked -- --include-ignored
            cd mcp-server && npm ci --ignore-scripts --no-audit --no-fund && npm test
            """,
        ])
        #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
        _ = try await compose("down", "--volumes", "--timeout", "5")
    }

    @Test("docker-compose 1.29 reads the same file")
    func compose1() async throws {
        let result = try await ChildProcess.run(
            ProgramCall(
                "docker-compose",
                ["--file", Peers.root + "build/docker-compose.test.yml", "config"],
                environment: ["COMPOSE_PROJECT_NAME": project]))
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.contains("condition: service_healthy"))
    }
}
