/// What an image runs on. OCI image-spec, image-index.md, "platform".
public struct Platform: Sendable, Hashable, Codable, CustomStringConvertible {
    /// GOOS's name of the operating system.
    public var os: String
    /// GOARCH's name of the processor.
    public var architecture: String
    /// The processor's variant, such as `v8`.
    public var variant: String?
    /// The operating system's version (Windows).
    public var osVersion: String?
    /// Features of the operating system that the image needs.
    public var osFeatures: [String]?

    enum CodingKeys: String, CodingKey {
        case os, architecture, variant
        case osVersion = "os.version"
        case osFeatures = "os.features"
    }

    /// Puts a platform together.
    public init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Parses `os/architecture[/variant]`. Throws ``OCIError`` (usage) for anything else.
    public init(parsing text: String) throws(OCIError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
            throw OCIError(
                .usage, "'\(text)' is not a platform", advice: "write it as linux/amd64")
        }
        self.init(
            os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil)
    }

    /// BuildKit marks attestation manifests with this platform.
    public var isUnknown: Bool { os == "unknown" && architecture == "unknown" }

    /// Whether an image for this platform does where `wanted` is asked for: a variant that is
    /// not asked for does not matter.
    public func satisfies(_ wanted: Platform) -> Bool {
        os == wanted.os && architecture == wanted.architecture
            && (wanted.variant == nil || wanted.variant == variant)
    }

    /// `os/architecture[/variant]`.
    public var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
}
