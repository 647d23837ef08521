/// A descriptor as a fixture writes it.
public struct FixtureDescriptor: Sendable {
    /// The media type of what it points to.
    public var mediaType: String
    /// The digest of what it points to.
    public var digest: String
    /// The size of what it points to.
    public var size: Int
    /// Operating system, architecture and variant, separated by slashes.
    public var platform: String?
    /// The annotations.
    public var annotations: [String: String] = [:]

    /// A descriptor of anything, whether it exists or not.
    public init(mediaType: String, digest: String, size: Int, platform: String? = nil) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.platform = platform
    }

    /// The descriptor as JSON.
    var json: String {
        var members = [
            #""mediaType":\#(quoted(mediaType))"#, #""digest":\#(quoted(digest))"#,
            #""size":\#(size)"#,
        ]
        if !annotations.isEmpty { members.append(#""annotations":\#(jsonObject(annotations))"#) }
        if let platform {
            let names = ["os", "architecture", "variant"]
            let parts = zip(names, platform.split(separator: "/")).map { "\"\($0)\":\"\($1)\"" }
            members.append(#""platform":{\#(parts.joined(separator: ","))}"#)
        }
        return "{\(members.joined(separator: ","))}"
    }
}

/// Which family of media types an image is written with.
public enum FixtureFormat: Sendable {
    /// OCI image manifest and index.
    case oci
    /// Docker schema 2 manifest and manifest list.
    case docker

    var manifest: String {
        self == .oci
            ? "application/vnd.oci.image.manifest.v1+json"
            : "application/vnd.docker.distribution.manifest.v2+json"
    }
    var index: String {
        self == .oci
            ? "application/vnd.oci.image.index.v1+json"
            : "application/vnd.docker.distribution.manifest.list.v2+json"
    }
    var config: String {
        self == .oci
            ? "application/vnd.oci.image.config.v1+json"
            : "application/vnd.docker.container.image.v1+json"
    }
    func layer(_ compression: FixtureCompression) -> String {
        switch (self, compression) {
        case (.oci, .none): "application/vnd.oci.image.layer.v1.tar"
        case (.oci, .gzip): "application/vnd.oci.image.layer.v1.tar+gzip"
        case (.oci, .zstd): "application/vnd.oci.image.layer.v1.tar+zstd"
        case (.docker, .none): "application/vnd.docker.image.rootfs.diff.tar"
        case (.docker, .gzip), (.docker, .zstd):
            "application/vnd.docker.image.rootfs.diff.tar.gzip"
        }
    }
}

/// How a fixture's layers are compressed, by the system's own programs.
public enum FixtureCompression: Sendable {
    /// Not at all.
    case none
    /// `gzip -n -6`.
    case gzip
    /// `zstd -3`.
    case zstd

    /// The compressed form of the bytes.
    public func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        let call: ProgramCall
        switch self {
        case .none: return bytes
        case .gzip: call = ProgramCall("gzip", ["-n", "-6", "-c"], stdin: bytes)
        case .zstd: call = ProgramCall("zstd", ["-q", "-3", "-c"], stdin: bytes)
        }
        return try ChildProcess.runBlocking(call).checked().output
    }
}
