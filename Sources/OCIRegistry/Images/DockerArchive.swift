public import SystemPackage

/// An image in a `docker save` archive, in the legacy form or in that of Docker 25 and later,
/// plain or compressed as a whole, with layers plain or compressed.
public enum DockerArchive {
    /// What bounds reading, against archives made to do harm.
    public struct Limits: Sendable {
        /// The most bytes that may come out of one compressed file or member.
        public var decompressed: Int64

        /// Bounds what decompression may give, 256 GiB unless told otherwise.
        public init(decompressed: Int64 = 256 << 30) { self.decompressed = decompressed }
    }

    /// Opens an archive and the image in it that `reference` names: `NAME[:TAG]`, `@N` by its
    /// place, or nil where there is only one. A compressed archive is read through once.
    ///
    /// Throws ``OCIError``: not found, usage when several images could be meant (listing them),
    /// bad data for an archive that is corrupt or hostile.
    public static func open(
        _ path: FilePath, reference: String? = nil, limits: Limits = Limits()
    ) async throws -> any UnpackedImage {
        let file = try OpenFile(path)
        let head = try file.read(at: 0, count: CompressionFormat.magicLength)
        if CompressionFormat(sniffing: head) == .none {
            return try DockerArchiveFile(TarFile(file), reference: reference, limits: limits)
        }
        return try await DockerArchiveStream(file, reference: reference, limits: limits)
    }

    /// What there is to know of an image before its layers are read.
    struct Contents: Sendable {
        var configDigest: Digest
        var config: [UInt8]
        var diffIDs: [Digest]
        /// Where each layer is; the first path where layers are equal.
        var paths: [(diffID: Digest, path: String)] = []

        /// Puts together what manifest.json and the configuration say. Throws ``OCIError`` (bad
        /// data) when they do not fit.
        init(_ item: DockerArchiveItem, config: [UInt8], archive: String) throws(OCIError) {
            self.config = config
            configDigest = SHA2.digest(of: config)
            if let claimed = item.claimedDigest, claimed != configDigest {
                throw OCIError(
                    .badData,
                    "the configuration \(claimed.short) has the content of "
                        + configDigest.short, subject: archive)
            }
            diffIDs =
                try ImageConfig(bytes: config, what: "\(item.config) of \(archive)").rootfs.diffIDs
            let layers = item.layers ?? []
            guard layers.count == diffIDs.count else {
                throw OCIError(
                    .badData,
                    "manifest.json names \(layers.count) layers but the configuration "
                        + "has \(diffIDs.count)", subject: archive)
            }
            var seen: Set<Digest> = []
            for (diffID, path) in zip(diffIDs, layers) where seen.insert(diffID).inserted {
                paths.append((diffID, path))
            }
        }

        /// The wanted layers in the image's order, each once. Throws ``OCIError`` (not found).
        func inOrder(_ wanted: Set<Digest>, archive: String) throws(OCIError) -> [Digest] {
            if let absent = wanted.subtracting(diffIDs).min() {
                throw OCIError(.notFound, "has no layer \(absent)", subject: archive)
            }
            var rest = wanted
            return diffIDs.filter { rest.remove($0) != nil }
        }
    }

    static func missing(_ path: String, _ archive: String) -> OCIError {
        path == DockerArchiveManifest.path
            ? OCIError(
                .badData,
                "has no manifest.json, so 'docker save' did not make it or did not finish",
                subject: archive,
                advice: "for an OCI layout write 'oci-archive:' in front; else save the image again"
            )
            : OCIError(
                .badData, "has no member '\(path.prefix(200))', which its manifest.json names",
                subject: archive, advice: "save the image again; the archive is not complete")
    }
}
