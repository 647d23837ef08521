import Foundation
import TestSupport
import Testing

/// What is in the builder.
@Suite(.needs(.engine))
struct BuilderContentTests {
    @Test("Every tool starts, and only what no stand-in has is absent")
    func tools() async throws {
        let (client, images) = (try DockerClient(), try await BuilderImages.shared)
        let result = try await client.run([
            "run", "--rm", "--network", "none", "--entrypoint", "builder-check", images.builder,
        ])
        .checked()
        let versions = Dictionary(
            uniqueKeysWithValues: result.stdout.split(separator: "\n").map { line in
                let parts = line.split(separator: "\t", maxSplits: 1)
                return (String(parts[0]), String(parts[1]))
            })
        let absent = versions.filter { $0.value.hasPrefix("absent") }.keys
        #expect(Array(absent) == ["sqlx-cli"])
        #expect(versions["rust"]?.hasPrefix("rustc 1.") == true)
        #expect(versions["node"]?.hasPrefix("v22.") == true)
        #expect(versions["compose"]?.contains("version 2.") == true)
        for tool in ["cargo", "rustfmt", "clippy", "cargo-audit", "cargo-deny", "npm", "docker"] {
            #expect(versions[tool]?.contains(".") == true, "\(tool)")
        }
        for tool in ["buildx", "dockerd", "protobuf", "curl", "jq", "postgresql-client"] {
            #expect(versions[tool]?.contains(".") == true, "\(tool)")
        }
        #expect(versions["publisher"] == (try await Program().run("--version").firstLine))
    }

    @Test("A tool that does not start is told, and makes the check fail")
    func missingTool() async throws {
        let (client, images) = (try DockerClient(), try await BuilderImages.shared)
        let result = try await client.run([
            "run", "--rm", "--network", "none", "--entrypoint", "sh", images.builder, "-c",
            "rm /usr/bin/jq /usr/local/bin/npm && builder-check",
        ])
        #expect(result.status == 69)
        #expect(result.stderr.contains("missing, or do not start: npm jq"), "\(result.stderr)")
    }

    @Test("The ledger's identity, the packages and the labels are what the build was told")
    func identity() async throws {
        let (client, images) = (try DockerClient(), try await BuilderImages.shared)
        let files = try await client.run([
            "run", "--rm", "--network", "none", "--entrypoint", "cat", images.builder,
            "/etc/publisher/image-identity", "/etc/publisher/packages.tsv",
        ])
        .checked().stdout.split(separator: "\n")
        #expect(files.first ?? "" == BuilderImages.identity)
        #expect(files.contains { $0.hasPrefix("docker.io\t") })
        let labels = try await client.run([
            "image", "inspect", "--format", "{{json .Config.Labels}}", images.builder,
        ])
        .checked().stdout
        for (name, value) in [
            "title": "matric-builder", "revision": BuilderImages.revision, "version": "2026.7.1",
        ] {
            #expect(labels.contains(#""org.opencontainers.image.\#(name)":"\#(value)""#))
        }
    }

    @Test("An identity that the ledger would not take fails the build")
    func badIdentity() async throws {
        let (client, images) = (try DockerClient(), try await BuilderImages.shared)
        let result = try await client.run([
            "run", "--rm", "--network", "none", "--env", "IMAGE_IDENTITY=too short",
            "--volume", "\(Peers.root)build/scripts:/scripts:ro", "--entrypoint",
            "/scripts/finish-image.sh", images.builder,
        ])
        #expect(result.status == 64)
        #expect(result.stderr.contains("IMAGE_IDENTITY has to be 16 to 128"))
    }

    @Test("Unpacked, the builder is smaller than 2.5 GB")
    func size() async throws {
        let (client, images) = (try DockerClient(), try await BuilderImages.shared)
        let size = try await client.run([
            "image", "inspect", "--format", "{{.Size}}", images.builder,
        ])
        .checked().stdout
        #expect(
            try #require(Int(size.trimmingCharacters(in: .whitespacesAndNewlines))) < 2_500_000_000)
    }
}
