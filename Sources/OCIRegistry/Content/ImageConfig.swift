/// The parts of an image configuration that a publisher looks at. OCI image-spec, config.md.
public struct ImageConfig: Sendable, Codable, Equatable {
    /// The layers' uncompressed digests, from the lowest up.
    public struct RootFS: Sendable, Codable, Equatable {
        public var type: String?
        public var diffIDs: [Digest]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }
    }

    /// What a container of the image starts with.
    public struct Execution: Sendable, Codable, Equatable {
        public var labels: [String: String]?

        enum CodingKeys: String, CodingKey { case labels = "Labels" }
    }

    public var architecture: String?
    public var os: String?
    public var variant: String?
    public var created: String?
    public var config: Execution?
    public var rootfs: RootFS

    /// The largest configuration that is read, in bytes.
    public static let sizeLimit = 8 << 20

    /// Reads a configuration. Throws ``OCIError`` (bad data) when it is not one.
    public init(bytes: [UInt8], what: String = "the image configuration") throws(OCIError) {
        guard bytes.count <= Self.sizeLimit else {
            throw OCIError(.badData, "\(what) is larger than \(Self.sizeLimit) bytes")
        }
        self = try JSON.decode(ImageConfig.self, from: bytes, what: what)
    }

    /// The platform, where the configuration names one.
    public var platform: Platform? {
        guard let os, let architecture, !os.isEmpty, !architecture.isEmpty else { return nil }
        return Platform(os: os, architecture: architecture, variant: variant)
    }
}
