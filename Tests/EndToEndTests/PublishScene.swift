import Foundation
import LocalRegistry
import TestSupport
import Testing

/// A checkout with a `publisher.yaml`, images to publish from it, and the registries that they go to.
struct PublishScene {
    /// Commits, the later ones made later.
    static let commits = ["a", "b", "c"].map { String(repeating: $0, count: 40) }

    let program: Program
    /// The registries by their name in the configuration, with their dialect.
    let hosts: [(name: String, host: String, dialect: String)]
    private let variables: [String: String]

    init(
        _ hosts: [(name: String, host: String, dialect: String)],
        _ variables: [String: String] = [:]
    ) throws {
        program = try Program()
        self.hosts = hosts
        self.variables = variables
        try configure()
    }

    /// Runs `body` beside a registry within the test.
    static func with(
        _ dialect: Dialect, body: (PublishScene, PromoteScene) async throws -> Void
    ) async throws {
        try await PromoteScene.with(dialect) { registries in
            let registry = registries[0]
            try await body(
                PublishScene([("here", registry.host, "\(dialect)")]), registry)
        }
    }

    /// Writes the configuration.
    func configure(dev: String = "main", images: [String] = ["app"]) throws {
        let registries = hosts.map {
            "  \($0.name): {host: \"\($0.host)\", dialect: \($0.dialect), "
                + "username-env: REGISTRY_USER, password-env: REGISTRY_TOKEN}\n"
        }
        try program.home.write(
            "publisher.yaml",
            """
            registries:
            \(registries.joined())channels:
              dev: {on: refs/heads/main}
              release: {on: "refs/tags/v{version}", versions: calver}
            images:
            \(images.map { image(named: $0, dev: dev) }.joined())
            """)
    }

    private func image(named name: String, dev: String) -> String {
        """
          \(name):
            repository: [\(hosts.map { "\($0.name)/team/\(name)" }.joined(separator: ", "))]
            platforms: [linux/amd64]
            labels: {org.opencontainers.image.revision: "{sha}"}
            tags:
              dev: {immutable: ["sha-{sha7}"], rolling: [dev, \(dev)]}
              release:
                {immutable: ["{version}"], rolling: [latest, "{major}.{minor}"], forward-only: true}

        """
    }

    /// An image with the label of a commit; a later one was made later.
    static func image(_ commit: Int, seed: UInt64? = nil) -> FixtureImage {
        var image = FixtureImage.small(seed: seed ?? UInt64(10 + commit))
        image.labels["org.opencontainers.image.revision"] = commits[commit]
        image.created = "2026-07-0\(commit + 1)T10:00:00.123456789Z"
        return image
    }

    /// An archive of an image as `docker save` makes it.
    func archive(_ image: FixtureImage) throws -> String {
        try program.file("image-\(UUID()).tar", DockerArchive(image).bytes)
    }

    /// A layout of an image.
    func layout(_ layout: OCILayout) throws -> String {
        let folder = program.home.file("layout-\(UUID())")
        try layout.write(to: folder)
        return "oci:\(folder)"
    }

    /// Publishes an image of a commit.
    func publish(
        _ source: String, _ commit: Int = 0, ref: String = "refs/heads/main", _ more: String...,
        environment: [String: String] = [:]
    ) async throws -> ChildResult {
        let call = call(["app", "--from", source] + more, commit, ref: ref, environment)
        return try await ChildProcess.run(call, timeout: 60)
    }

    /// The call of `publisher publish` for a commit.
    func call(
        _ arguments: [String], _ commit: Int = 0, ref: String = "refs/heads/main",
        _ environment: [String: String] = [:]
    ) -> ProgramCall {
        program.call(
            ["publish", "--retry-for", "5"] + arguments,
            variables.merging(environment) { $1 }
                .merging(["GITHUB_REF": ref, "GITHUB_SHA": Self.commits[commit]]) { old, _ in old })
    }

    /// Publishes an image of a commit, which has to work, and gives its digest.
    func published(
        _ commit: Int = 0, ref: String = "refs/heads/main",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let result = try await publish(archive(Self.image(commit)), commit, ref: ref)
        #expect(result.status == 0, "\(result.stderr)", sourceLocation: sourceLocation)
        return result.firstLine
    }
}

extension PromoteScene {
    /// What a receipt says of this registry is what it serves: the manifest's bytes, and every tag.
    func expectServed(
        _ receipt: Receipt, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        struct Image: Decodable {
            struct Part: Decodable { var digest: String }
            var mediaType: String
            var config: Part
        }
        struct Config: Decodable {
            struct Layers: Decodable { var diff_ids: [String] }
            var rootfs: Layers
        }
        let places = receipt.destinations.filter { $0.repository.hasPrefix("\(host)/") }
        #expect(!places.isEmpty, sourceLocation: sourceLocation)
        for place in places {
            let name = place.repository.dropFirst(host.count + 1)
            let served = try await tags(String(name))
            for tag in place.tags {
                #expect(tag.after == served[tag.tag], "\(tag)", sourceLocation: sourceLocation)
            }
            guard let digest = place.digest else { continue }
            let root = "http://\(host)/v2/\(name)"
            let bytes = try await curl([.get("\(root)/manifests/\(digest)")])[0].body
            #expect(Sha256.digest(bytes) == digest, sourceLocation: sourceLocation)
            #expect(
                place.reference == "\(place.repository)@\(digest)", sourceLocation: sourceLocation)
            #expect(place.size == bytes.count, sourceLocation: sourceLocation)
            let image = try JSONDecoder().decode(Image.self, from: Data(bytes))
            #expect(place.mediaType == image.mediaType, sourceLocation: sourceLocation)
            #expect(place.config == image.config.digest, sourceLocation: sourceLocation)
            let config = try await curl([.get("\(root)/blobs/\(image.config.digest)")])[0].body
            #expect(Sha256.digest(config) == image.config.digest, sourceLocation: sourceLocation)
            let layers = try JSONDecoder().decode(Config.self, from: Data(config)).rootfs
            #expect(place.diffIDs == layers.diff_ids, sourceLocation: sourceLocation)
        }
    }
}
