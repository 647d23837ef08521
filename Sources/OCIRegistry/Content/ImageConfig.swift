/// The parts of an image configuration that a publisher looks at. OCI image-spec, config.md.
public struct ImageConfig: Sendable, Codable, Equatable {
    /// The layers' uncompressed digests, from the lowest up.
    public struct RootFS: Sendable, Codable, Equatable {
        /// `layers`.
        public var type: String?
        /// The digests of the layers' tar archives.
        public var diffIDs: [Digest]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }
    }

    /// What a container of the image starts with.
    public struct Execution: Sendable, Codable, Equatable {
        /// What is started.
        public var entrypoint: [String]?
        /// Its arguments, or what is started where there is no entrypoint.
        public var command: [String]?
        /// The image's labels.
        public var labels: [String: String]?

        enum CodingKeys: String, CodingKey {
            case entrypoint = "Entrypoint"
            case command = "Cmd"
            case labels = "Labels"
        }
    }

    /// GOARCH's name of the processor.
    public var architecture: String?
    /// GOOS's name of the operating system.
    public var os: String?
    /// The processor's variant.
    public var variant: String?
    /// The operating system's version (Windows).
    public var osVersion: String?
    /// Features of the operating system that the image needs.
    public var osFeatures: [String]?
    /// When it was made. RFC 3339, section 5.6.
    public var created: String?
    /// What a container of the image starts with.
    public var config: Execution?
    /// The layers.
    public var rootfs: RootFS

    enum CodingKeys: String, CodingKey {
        case architecture, os, variant, created, config, rootfs
        case osVersion = "os.version"
        case osFeatures = "os.features"
    }

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
        var platform = Platform(os: os, architecture: architecture, variant: variant)
        platform.osVersion = osVersion
        platform.osFeatures = osFeatures
        return platform
    }
}
