import OCIRegistry

/// Where the pages are. `-` starts no repository's name, so nothing is in their way.
enum PageRoute: Sendable, Hashable {
    /// `/`: the repositories.
    case list
    /// `/-/repositories/NAME`: a repository's images.
    case repository(RepositoryName)
    /// `/-/repositories/NAME/DIGEST`: one image.
    case image(RepositoryName, Digest)

    private static let prefix = "/-/repositories/"

    /// Reads a path, percent-decoded; nil where there is no page.
    init?(path: String) {
        if path == "/" {
            self = .list
            return
        }
        guard path.hasPrefix(Self.prefix) else { return nil }
        let rest = path.dropFirst(Self.prefix.count)
        if let name = try? RepositoryName(rest) {
            self = .repository(name)
            return
        }
        guard let slash = rest.lastIndex(of: "/"), let name = try? RepositoryName(rest[..<slash]),
            let digest = try? Digest(parsing: rest[rest.index(after: slash)...])
        else { return nil }
        self = .image(name, digest)
    }

    /// The path; its characters all stand for themselves in a URL.
    var path: String {
        switch self {
        case .list: "/"
        case .repository(let name): "\(Self.prefix)\(name)"
        case .image(let name, let digest): "\(Self.prefix)\(name)/\(digest)"
        }
    }
}
