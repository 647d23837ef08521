import Foundation
import TestSupport
import Testing

/// `build/Dockerfile`, on the sample service.
@Suite(.needs(.engine))
struct ServiceImageTests {
    @Test(
        "After a change of sources only the workspace is compiled, and the change is in the image")
    func cache() async throws {
        let (client, images) = (try DockerClient(), try await BuilderImages.shared)
        _ = try await BuilderImages.service
        let folder = try TemporaryFolder(prefix: "service")
        try await tool("cp", "-r", Peers.root + "build/sample", folder.file("sample"))
        let source = "sample/crates/matric-api/src/notes.rs"
        let mark = "alive-\(UUID().uuidString)"
        try folder.write(source, try folder.text(source).replacing("alive\\n", with: mark))
        let name = "matric-memory:changed"
        let log = try await client.build(
            name, "build/Dockerfile", context: folder.file("sample"),
            arguments: images.serviceArguments)
        let compiled = Set(
            log.split(separator: "\n").compactMap { line in
                line.firstRange(of: "Compiling ").map {
                    String(line[$0.upperBound...].prefix { $0 != " " })
                }
            })
        #expect(compiled == ["matric-api", "matric-store"], "\(log)")
        let found = try await client.run([
            "run", "--rm", "--network", "none", name, "grep", "-c", mark,
            "/usr/local/bin/matric-service",
        ])
        #expect(found.stdout == "1\n", "\(found.stderr)")
        _ = try await client.run(["image", "rm", name])
    }

    @Test("A change of a manifest compiles the dependencies again")
    func manifest() async throws {
        let (client, images) = (try DockerClient(), try await BuilderImages.shared)
        let folder = try TemporaryFolder(prefix: "service")
        try await tool("cp", "-r", Peers.root + "build/sample", folder.file("sample"))
        let manifest = try folder.text("sample/Cargo.toml")
        try folder.write("sample/Cargo.toml", manifest + "lto = \"off\" # \(UUID())\n")
        let name = "matric-memory:manifest"
        let log = try await client.build(
            name, "build/Dockerfile", target: "build", context: folder.file("sample"),
            arguments: images.serviceArguments)
        #expect(log.contains("Compiling memchr"), "\(log)")
        _ = try await client.run(["image", "rm", name])
    }

    @Test("A lockfile that does not fit the manifests fails the build")
    func locked() async throws {
        let (client, images) = (try DockerClient(), try await BuilderImages.shared)
        let folder = try TemporaryFolder(prefix: "service")
        try await tool("cp", "-r", Peers.root + "build/sample", folder.file("sample"))
        let lock = try folder.text("sample/Cargo.lock")
        try folder.write(
            "sample/Cargo.lock", lock.replacing("\"memchr\"", with: "\"another\""))
        await #expect(throws: (any Error).self) {
            try await client.build(
                "matric-memory:unlocked", "build/Dockerfile", target: "build",
                context: folder.file("sample"), arguments: images.serviceArguments)
        }
    }

    @Test("It runs as somebody who is not root, tells its commit, and becomes healthy")
    func content() async throws {
        let (client, service) = (try DockerClient(), try await BuilderImages.service.service)
        let configuration = try await client.run([
            "image", "inspect", "--format", "{{.Config.User}} {{json .Config.Labels}}", service,
        ])
        .checked().stdout
        #expect(configuration.hasPrefix("10001:10001 "))
        let label = #""org.opencontainers.image.revision":"\#(BuilderImages.revision)""#
        #expect(configuration.contains(label), "\(configuration)")
        let id = try await client.run([
            "run", "--detach", "--network", "none", "--env",
            "DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing", service,
        ])
        .checked().stdout.filter { !$0.isNewline }
        let deadline = ContinuousClock.now + .seconds(60)
        let health = ["inspect", "--format", "{{.State.Health.Status}}", id]
        while try await client.run(health).stdout != "healthy\n" {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(500))
        }
        let answers = try await client.run([
            "exec", id, "sh", "-c",
            """
            id -u; curl -s http://127.0.0.1:3000/version; curl -s http://127.0.0.1:3000/readyz
            echo '{"id": 1, "method": "tools/list"}' | node /app/mcp-server/index.js
            """,
        ])
        .checked().stdout
        #expect(answers.hasPrefix("10001\n2026.7.1 \(BuilderImages.revision)\n"), "\(answers)")
        #expect(answers.contains("Connection refused"), "\(answers)")
        #expect(answers.contains("nearest_notes"), "\(answers)")
        _ = try await client.run(["rm", "--force", id])
    }
}
