import OCIRegistry

/// What is read of an engine's description of a container. Docker Engine API, "Inspect a container".
struct ContainerDocument: Decodable {
    struct Settings: Decodable {
        var image: String?
        var labels: [String: String]?

        enum CodingKeys: String, CodingKey {
            case image = "Image"
            case labels = "Labels"
        }
    }

    struct Driver: Decodable {
        var data: [String: String]?

        enum CodingKeys: String, CodingKey { case data = "Data" }
    }

    var id: String
    var image: Digest
    var settings: Settings
    var driver: Driver?
    var manifest: Descriptor?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case image = "Image"
        case settings = "Config"
        case driver = "GraphDriver"
        case manifest = "ImageManifestDescriptor"
    }

    /// The folder of the container's own changes, where the engine tells.
    var storage: String? {
        driver?.data?["UpperDir"].flatMap(ContainerTraces.storage(upper:))
    }
}

/// What is read of an engine's list of containers. Docker Engine API, "List containers".
struct ContainerListEntry: Decodable {
    var id: String

    enum CodingKeys: String, CodingKey { case id = "Id" }
}

/// What is read of an engine's description of an image. Docker Engine API, "Inspect an image".
struct ImageDocument: Decodable {
    struct Settings: Decodable {
        var labels: [String: String]?

        enum CodingKeys: String, CodingKey { case labels = "Labels" }
    }

    var id: Digest
    var repoDigests: [String]?
    var repoTags: [String]?
    var os: String?
    var architecture: String?
    var settings: Settings?
    /// What containerd's store holds at the top; classic stores have none.
    var top: Descriptor?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case repoDigests = "RepoDigests"
        case repoTags = "RepoTags"
        case os = "Os"
        case architecture = "Architecture"
        case settings = "Config"
        case top = "Descriptor"
    }
}
