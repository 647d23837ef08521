/// Which image of a repository: by tag, by digest, or by both (the digest decides).
public struct Reference: Sendable, Hashable, CustomStringConvertible {
    /// The registry.
    public var host: RegistryHost
    /// The repository within it.
    public var repository: RepositoryName
    /// The tag, where one was given.
    public var tag: Tag?
    /// The digest, where one was given.
    public var digest: Digest?

    /// Puts a reference together.
    public init(
        host: RegistryHost, repository: RepositoryName, tag: Tag? = nil, digest: Digest? = nil
    ) {
        self.host = host
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// Parses `HOST/REPOSITORY[:TAG][@DIGEST]`, with Docker's rules for a missing host: a first
    /// component without a dot or port, other than `localhost`, belongs to Docker Hub.
    ///
    /// Throws ``OCIError`` (usage) naming the part that is wrong.
    public init(parsing text: some StringProtocol) throws(OCIError) {
        var rest = Substring(text)
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            digest = try Digest(parsing: rest[rest.index(after: at)...])
            rest = rest[..<at]
        }
        var tag: Tag?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            tag = try Tag(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        var host = RegistryHost.dockerHub
        if let slash = rest.firstIndex(of: "/"),
            rest[..<slash].contains(where: { $0 == "." || $0 == ":" })
                || rest[..<slash] == "localhost"
        {
            host = try RegistryHost(rest[..<slash])
            rest = rest[rest.index(after: slash)...]
        }
        if host == .dockerHub, !rest.contains("/") { rest = "library/" + rest }
        self.init(
            host: host, repository: try RepositoryName(rest), tag: tag, digest: digest)
    }

    /// What a manifest request puts in its path: the digest, else the tag, else `latest`.
    public var selector: String { digest?.description ?? tag?.description ?? "latest" }

    /// The same repository under another tag.
    public func with(tag: Tag) -> Reference {
        Reference(host: host, repository: repository, tag: tag)
    }

    /// The same repository by digest alone.
    public func with(digest: Digest) -> Reference {
        Reference(host: host, repository: repository, digest: digest)
    }

    /// The repository with its host: `HOST/REPOSITORY`.
    public var name: String { "\(host)/\(repository)" }

    /// `HOST/REPOSITORY[:TAG][@DIGEST]`.
    public var description: String {
        name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}
