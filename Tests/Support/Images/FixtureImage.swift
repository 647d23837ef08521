/// One layer of a fixture: a tar archive as it is before compression.
public struct FixtureLayer: Sendable {
    /// The uncompressed archive.
    public let tar: [UInt8]
    /// The digest of the uncompressed archive.
    public let diffID: String

    /// A layer with these files.
    public init(_ entries: [TarEntry], digest: Digester = Sha256.digest) {
        tar = TarArchive(entries).bytes
        diffID = digest(tar)
    }

    /// A layer with one file that does not compress.
    public static func random(_ size: Int, seed: UInt64 = 1) -> FixtureLayer {
        let content = FixtureContent.random(size, seed: seed)
        return FixtureLayer([TarEntry("random-\(seed).bin", .file(content))])
    }

    /// A layer with one file that compresses well.
    public static func compressible(_ size: Int, seed: UInt64 = 1) -> FixtureLayer {
        let content = FixtureContent.compressible(size, seed: seed)
        return FixtureLayer([TarEntry("text-\(seed).txt", .file(content))])
    }
}

/// An image before it is put in some kind of archive.
public struct FixtureImage: Sendable {
    /// The layers from bottom to top.
    public var layers: [FixtureLayer]
    /// The architecture, such as `amd64`.
    public var architecture: String
    /// The architecture's variant, such as `v8`.
    public var variant: String?
    /// The labels of the configuration.
    public var labels: [String: String]
    /// When it was made, by its configuration.
    public var created = "2023-11-14T22:13:20Z"
    /// What the configuration claims instead of the layers' own diffIDs.
    public var claimedDiffIDs: [String]?

    /// An image for Linux.
    public init(
        layers: [FixtureLayer], architecture: String = "amd64", variant: String? = nil,
        labels: [String: String] = [:]
    ) {
        self.layers = layers
        self.architecture = architecture
        self.variant = variant
        self.labels = labels
    }

    /// Two small layers, one of which compresses.
    public static func small(seed: UInt64 = 1, architecture: String = "amd64") -> FixtureImage {
        FixtureImage(
            layers: [.compressible(40_000, seed: seed), .random(20_000, seed: seed + 1000)],
            architecture: architecture)
    }

    /// The image configuration as JSON.
    public var config: [UInt8] {
        let ids = (claimedDiffIDs ?? layers.map(\.diffID)).map(quoted).joined(separator: ",")
        let history = layers.indices.map { index in
            #"{"created":"2023-11-14T22:13:20Z","created_by":"fixture layer \#(index)"}"#
        }
        let variant = variant.map { #","variant":"\#($0)""# } ?? ""
        let text = """
            {"architecture":"\(architecture)"\(variant),"os":"linux",\
            "created":"\(created)",\
            "config":{"Cmd":["/bin/true"],"Labels":\(jsonObject(labels))},\
            "rootfs":{"type":"layers","diff_ids":[\(ids)]},\
            "history":[\(history.joined(separator: ","))]}
            """
        return Array(text.utf8)
    }
}

/// A JSON string.
func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped.replacing("\n", with: "\\n"))\""
}

/// A JSON object of strings, sorted by key.
func jsonObject(_ members: [String: String]) -> String {
    let pairs = members.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
    return "{\(pairs.joined(separator: ","))}"
}
