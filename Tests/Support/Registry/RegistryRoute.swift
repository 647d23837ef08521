/// What a path of the distribution specification asks for.
enum RegistryRoute: Equatable {
    case base
    case token
    case blob(repository: String, digest: String)
    case startUpload(repository: String)
    case upload(repository: String, id: String)
    case manifest(repository: String, reference: String)
    case tags(repository: String)
    case referrers(repository: String, digest: String)
    case unknown

    init(path: String) {
        let parts = path.split(separator: "/").map(String.init)
        func repository(_ tail: Int) -> String {
            parts.dropFirst().dropLast(tail).joined(separator: "/")
        }
        switch parts.suffix(3) {
        case _ where path == "/v2/" || path == "/v2": self = .base
        case _ where path == "/token": self = .token
        case _ where parts.first != "v2" || parts.count < 4: self = .unknown
        case let tail where tail.last == "uploads" && tail.dropLast().last == "blobs":
            self = .startUpload(repository: repository(2))
        case let tail where tail.first == "blobs" && tail.dropLast().last == "uploads":
            self = .upload(repository: repository(3), id: parts[parts.count - 1])
        case let tail where tail.dropLast().last == "blobs":
            self = .blob(repository: repository(2), digest: parts[parts.count - 1])
        case let tail where tail.dropLast().last == "manifests":
            self = .manifest(repository: repository(2), reference: parts[parts.count - 1])
        case let tail where tail.suffix(2) == ["tags", "list"]:
            self = .tags(repository: repository(2))
        case let tail where tail.dropLast().last == "referrers":
            self = .referrers(repository: repository(2), digest: parts[parts.count - 1])
        default: self = .unknown
        }
    }

    /// The repository that the path names.
    var repository: String? {
        switch self {
        case .base, .token, .unknown: nil
        case .blob(let repository, _), .startUpload(let repository), .upload(let repository, _),
            .manifest(let repository, _), .tags(let repository), .referrers(let repository, _):
            repository
        }
    }
}
