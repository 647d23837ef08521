/// An OCI layout's `oci-layout` and `index.json`. OCI image-spec, image-layout.md.
struct OCILayoutIndex: Sendable {
    static let markerPath = "oci-layout"
    static let indexPath = "index.json"
    static let markerLimit = 4096

    /// The annotation that holds a manifest's tag.
    static let refName = "org.opencontainers.image.ref.name"
    /// The annotation in which containerd and BuildKit put the whole name.
    static let imageName = "io.containerd.image.name"

    var manifests: [Descriptor]

    /// Reads the two documents. Throws ``OCIError`` (bad data).
    init(marker: [UInt8], index: [UInt8], layout: String) throws(OCIError) {
        struct Marker: Decodable { var imageLayoutVersion: String }
        let version = try JSON.decode(Marker.self, from: marker, what: "oci-layout of \(layout)")
            .imageLayoutVersion
        guard version.hasPrefix("1.") else {
            throw OCIError(
                .badData, "is an OCI layout of version \(version.prefix(40)), not 1",
                subject: layout)
        }
        manifests = try JSON.decode(
            Manifest.Index.self, from: index, what: "index.json of \(layout)"
        ).manifests
    }

    /// The path of a blob within a layout.
    static func blobPath(_ digest: Digest) -> String {
        "blobs/\(digest.algorithm.rawValue)/\(digest.hex)"
    }

    /// The manifest that `selector` names: a tag, `@DIGEST`, both, `@N` by its place, or nil
    /// where there is only one.
    ///
    /// Throws ``OCIError``: usage when several could be meant, not found when none is.
    func select(_ selector: String?, layout: String) throws(OCIError) -> Descriptor {
        let parts = (selector ?? "").split(
            separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let tag = parts.first.flatMap { $0.isEmpty ? nil : String($0) }
        let place = parts.count > 1 ? Int(parts[1]) : nil
        let digest = parts.count > 1 && place == nil ? try Digest(parsing: parts[1]) : nil
        var found: [Descriptor] = []
        for (index, descriptor) in manifests.enumerated()
        where (place ?? index) == index && (digest ?? descriptor.digest) == descriptor.digest
            && (tag.map { Self.names(descriptor).contains($0) } ?? true)
            && !found.contains(where: { $0.digest == descriptor.digest })
        {
            found.append(descriptor)
        }
        if found.count == 1 { return found[0] }
        let choices = manifests.prefix(20).map {
            Self.names($0).first ?? "@\($0.digest)"
        }.joined(separator: ", ")
        if found.isEmpty {
            throw OCIError(
                .notFound,
                selector.map { "has no image '\($0.prefix(200))'" } ?? "holds no image",
                subject: layout, advice: choices.isEmpty ? nil : "it holds: \(choices)")
        }
        throw OCIError(
            .usage, "holds \(found.count) images that could be meant", subject: layout,
            advice: "choose one by adding ':TAG' or '@DIGEST': \(choices)")
    }

    private static func names(_ descriptor: Descriptor) -> [String] {
        [refName, imageName].compactMap { descriptor.annotations?[$0] }
    }
}
