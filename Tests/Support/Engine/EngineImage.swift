/// An image as a Docker Engine describes and exports it.
public struct EngineImage: Sendable {
    /// The answer to `GET /images/NAME/json`.
    public var inspection: String
    /// The answer to `GET /images/get?names=NAME`.
    public var archive: [UInt8]

    /// What the classic store of Docker 25 and later says: the ID is the configuration's digest,
    /// the export an OCI layout with uncompressed layers, and a `manifest.json`.
    public static func classic(
        _ image: FixtureImage, name: String, driver: String = "overlay2"
    ) throws -> EngineImage {
        let id = Sha256.digest(image.config)
        return EngineImage(
            inspection: inspection(id: id, name, image, driver: driver, descriptor: nil),
            archive: try DockerArchive(image, tags: [name], style: .oci).bytes)
    }

    /// What the containerd store says: the ID is the digest of the manifest or index at the top,
    /// the export an OCI layout with the content as it was built or pulled. The descriptor of the
    /// top is told since Docker 28 alone.
    public static func containerd(
        _ layout: OCILayout, showing image: FixtureImage, name: String, tellsDescriptor: Bool
    ) -> EngineImage? {
        guard let root = layout.roots.first else { return nil }
        var plain = root
        plain.annotations = [:]
        return EngineImage(
            inspection: inspection(
                id: root.digest, name, image, driver: "overlayfs",
                descriptor: tellsDescriptor ? plain.json : nil),
            archive: layout.tar)
    }

    private static func inspection(
        id: String, _ name: String, _ image: FixtureImage, driver: String, descriptor: String?
    ) -> String {
        let diffIDs = image.layers.map { quoted($0.diffID) }.joined(separator: ",")
        let descriptor = descriptor.map { #","Descriptor":\#($0)"# } ?? ""
        return """
            {"Id":"\(id)","RepoTags":[\(quoted(name))],"RepoDigests":[],"Parent":"",\
            "Created":"2023-11-14T22:13:20Z","Architecture":"\(image.architecture)","Os":"linux",\
            "Size":12345,"GraphDriver":{"Data":null,"Name":"\(driver)"},\
            "RootFS":{"Type":"layers","Layers":[\(diffIDs)]},\
            "Metadata":{"LastTagTime":"2023-11-14T22:13:20Z"},"Config":{"Cmd":["/bin/true"]}\
            \(descriptor)}
            """
    }
}
