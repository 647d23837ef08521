import OCIRegistry

/// A repository as `publisher.yaml` names it: `REGISTRY/REPOSITORY`, where the registry is one of the
/// file's own.
struct RepositoryPath: Sendable, Hashable {
    /// The registry's name in the configuration.
    var registry: String
    /// The repository within it.
    var name: RepositoryName

    /// Reads a path. Throws ``OCIError``.
    init(_ text: String) throws(OCIError) {
        guard let slash = text.firstIndex(of: "/"), slash > text.startIndex else {
            throw OCIError(
                .configuration, "'\(text)' is no repository of a registry",
                advice: "write REGISTRY/REPOSITORY, with a name from \"registries\"")
        }
        registry = String(text[..<slash])
        name = try RepositoryName(text[text.index(after: slash)...])
    }
}

/// A repository on its registry.
struct ConfiguredRepository: Sendable, Hashable {
    /// The registry.
    var registry: RegistrySettings
    /// The repository within it.
    var name: RepositoryName

    /// The repository as commands take it.
    var reference: Reference { Reference(host: registry.host, repository: name) }
}
