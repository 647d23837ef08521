import OCIRegistry

@testable import LocalRegistry

/// A registry's pages as they would be on some day, for tests and to look at.
enum PageFixtures {
    /// 2026-11-23T12:00:00Z.
    static let now = 1_795_435_200.0

    static func name(_ text: String) -> RepositoryName {
        guard let name = try? RepositoryName(text) else { preconditionFailure(text) }
        return name
    }

    static func tag(_ text: String) -> Tag {
        guard let tag = try? Tag(text) else { preconditionFailure(text) }
        return tag
    }

    static func digest(_ seed: String) -> Digest { SHA2.digest(of: Array(seed.utf8)) }

    static func server(repositories: Int = 12, dialect: String = "oci") -> ServerSummary {
        guard let address = try? RegistryHost("127.0.0.1:5000") else { preconditionFailure() }
        return ServerSummary(
            dialect: dialect, address: address,
            storeSize: repositories == 0 ? 0 : 14_220_000_000, repositoryCount: repositories)
    }

    static var empty: RepositoryList {
        RepositoryList(
            server: server(repositories: 0), query: PageQuery(), entries: [], next: nil)
    }

    static var list: RepositoryList {
        let rows: [(String, Int, Int64, Double, [String])] = [
            ("cache/buildkit", 3, 2_410_000_000, 42, ["main", "pr-118", "pr-117"]),
            ("gitea/runner-images", 18, 1_930_000_000, 86_400 * 2, ["ubuntu-24.04", "debian-13"]),
            ("library/alpine", 2, 8_140_000, 86_400 * 40, ["3.22", "latest"]),
            (
                "library/debian", 4, 49_300_000, 86_400 * 33,
                ["trixie-slim", "trixie", "13", "13.2"]
            ),
            ("me/scratchpad", 0, 0, -1, []),
            (
                "roctinam/matric-memory", 143, 3_870_000_000, 3 * 3600,
                ["dev", "main", "sha-53ee80e", "2026.11.4"]
            ),
            (
                "roctinam/matric-memory/builder", 26, 4_120_000_000, 5 * 3600,
                ["latest", "gpu", "sha-56ea650", "gpu-sha-56ea650"]
            ),
            (
                "roctinam/matric-memory/runs", 211, 930_000, 3 * 3600,
                ["run-1180-1-publish-3f2a91c0"]
            ),
            ("services/auth", 31, 212_700_000, 86_400 * 9, ["2.14.1", "2.14", "2", "latest"]),
            ("services/payments-reconciliation-worker", 12, 388_200_000, 1900, ["1.0.0-rc.3"]),
            ("tools/publisher", 9, 61_400_000, 86_400 * 1, ["0.9.0", "0.8.2", "edge"]),
            ("zsh", 1, 999, 86_400 * 800, ["latest"]),
        ]
        return RepositoryList(
            server: server(), query: PageQuery(),
            entries: rows.map { row in
                RepositoryList.Entry(
                    name: name(row.0), tagCount: row.1, size: row.2,
                    lastPush: row.3 < 0 ? nil : now - row.3, newestTags: row.4.map(tag))
            }, next: "zsh")
    }

    static var repository: RepositoryDetails {
        let amd64 = Platform(os: "linux", architecture: "amd64")
        let arm64 = Platform(os: "linux", architecture: "arm64", variant: "v8")
        let arm = Platform(os: "linux", architecture: "arm", variant: "v7")
        let unknown = Platform(os: "unknown", architecture: "unknown")
        let images: [([String], Double, [Platform], Int64, Int)] = [
            (
                ["latest", "2026.11.4", "2026.11", "2026"], 3 * 3600, [amd64, arm64, arm, unknown],
                498_200_000, 21
            ),
            (["dev", "main", "sha-53ee80e"], 5 * 3600, [amd64, arm64, unknown], 332_700_000, 14),
            (["sha-56ea650"], 86_400, [amd64], 166_400_000, 7),
            (["gpu", "gpu-sha-56ea650"], 86_400 * 2, [amd64], 3_120_000_000, 11),
            (["2026.10.2", "2026.10"], 86_400 * 36, [amd64, arm64], 331_000_000, 14),
            (
                ["windows-ltsc2025"], 86_400 * 70, [Platform(os: "windows", architecture: "amd64")],
                1_870_000_000, 9
            ),
        ]
        var entries = images.map { image in
            entry(image.0, image.1, image.2, image.3, image.4)
        }
        entries.append(entry(["run-1180-1-publish-3f2a91c0"], 86_400 * 80, [], 4_310, 1))
        entries[entries.count - 1].artifactType = "application/vnd.in-toto+json"
        return RepositoryDetails(
            server: server(), name: name("roctinam/matric-memory"), tagCount: 143,
            size: 3_870_000_000, query: PageQuery(), entries: entries,
            next: entries.last?.group.cursor)
    }

    static func entry(
        _ tags: [String], _ age: Double, _ platforms: [Platform], _ size: Int64, _ layers: Int
    ) -> RepositoryDetails.Entry {
        let digest = digest(tags.joined())
        let pushed = tags.map { PushedTag(tag: tag($0), digest: digest, pushed: now - age) }
        guard let group = TagGroup.page(of: pushed, query: PageQuery()).groups.first else {
            preconditionFailure("no tags")
        }
        return RepositoryDetails.Entry(
            group: group, platforms: platforms, size: size, layerCount: layers)
    }

    static var image: ImageDetails {
        var image = bare
        let others = [
            ImageDetails.Neighbour(digest: digest("a"), tags: [tag("2026.10.2"), tag("2026.10")]),
            ImageDetails.Neighbour(
                digest: digest("b"), tags: [tag("gpu"), tag("gpu-sha-56ea650")]),
            ImageDetails.Neighbour(digest: digest("c"), tags: []),
        ]
        let layers: [(Int64, Int)] = [
            (29_780_000, 3), (1_240_000, 3), (84_300_000, 2), (32, 0), (38_900_000, 0),
            (11_700_000, 0), (480_000, 0),
        ]
        image.tags = ["dev", "main", "sha-53ee80e"].map(tag)
        image.platform = Platform(os: "linux", architecture: "amd64")
        image.layers = layers.enumerated().map { index, layer in
            ImageDetails.Layer(
                digest: digest("layer \(index)"), mediaType: .ociLayerGzip, size: layer.0,
                sharedWith: Array(others.prefix(layer.1)))
        }
        image.settings = ImageDetails.Settings(
            created: "2026-11-23T06:41:09Z",
            entrypoint: ["/usr/bin/tini", "--", "/usr/local/bin/matric-memory"],
            command: ["serve", "--listen", "0.0.0.0:8080"],
            labels: [
                "org.opencontainers.image.revision": "53ee80e0c5a2b7a4f5f1a9f2f6c3fd0d3b8f1c2e",
                "org.opencontainers.image.source":
                    "https://git.integrolabs.net/roctinam/matric-memory",
                "org.opencontainers.image.title": "matric-memory",
                "org.opencontainers.image.licenses": "Apache-2.0",
            ])
        image.indexes = [ImageDetails.Neighbour(digest: digest("index"), tags: [tag("dev")])]
        image.referrers = [
            ImageDetails.Referrer(
                digest: digest("signature"),
                artifactType: "application/vnd.dev.cosign.artifact.sig.v1+json", size: 1_210),
            ImageDetails.Referrer(
                digest: digest("attestation"), artifactType: "application/vnd.in-toto+json",
                size: 18_300),
        ]
        return image
    }

    static var index: ImageDetails {
        var image = bare
        image.mediaType = .ociIndex
        image.tags = ["latest", "2026.11.4", "2026.11", "2026"].map(tag)
        image.annotations = ["org.opencontainers.image.revision": "53ee80e"]
        image.children = [("amd64", 166_400_000), ("arm64", 162_900_000)].map {
            ImageDetails.Child(
                digest: digest($0.0), platform: Platform(os: "linux", architecture: $0.0),
                artifactType: nil, size: $0.1)
        }
        image.children.append(
            ImageDetails.Child(
                digest: digest("provenance"),
                platform: Platform(os: "unknown", architecture: "unknown"), artifactType: nil,
                size: 8_100))
        return image
    }

    /// An image of which nothing is known but what every manifest has.
    static var bare: ImageDetails {
        ImageDetails(
            server: server(), repository: name("roctinam/matric-memory"),
            digest: digest("image"), tags: [], mediaType: .ociManifest, artifactType: nil,
            size: 166_400_000, pushed: now - 3 * 3600)
    }
}
