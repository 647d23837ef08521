/// A key of `auths` or `credHelpers` in any shape that Docker or Podman ever wrote: `host`,
/// `https://host`, `https://host/v1/`, `host/namespace/repository`.
struct AuthFileKey: Sendable, Hashable {
    /// The host as ``RegistryHost`` spells it.
    let host: String
    /// The namespace or repository within it, in components; empty for the whole host.
    let path: [Substring]

    /// Takes a key apart; nil when it names no host.
    init?(_ key: String) {
        var rest = key[...]
        var isURL = false
        for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            isURL = true
        }
        let parts = rest.split(separator: "/")
        guard let first = parts.first, let host = try? RegistryHost(first) else { return nil }
        self.host = host.description
        // A URL's path is the API that was logged in to, never a namespace.
        let isAPI = parts.count == 2 && ["v1", "v2"].contains(parts[1])
        path = isURL || isAPI ? [] : Array(parts.dropFirst())
    }

    /// Whether the key speaks for a repository of a host, or, for nil, for the host as a whole.
    func matches(_ other: RegistryHost, _ repository: RepositoryName?) -> Bool {
        guard host == other.description else { return false }
        return (repository?.description ?? "").split(separator: "/").starts(with: path)
    }
}
