import ConfigurationFile
import OCIRegistry

/// A registry of `publisher.yaml`.
struct RegistrySettings: Sendable, Hashable {
    /// What sort of registry it is.
    enum Dialect: String, Sendable, CaseIterable {
        /// As the distribution specification says.
        case oci
        /// Gitea and Forgejo: the case of tags is folded, and a tag owns its manifest.
        case gitea
    }

    /// What repositories start with in the configuration.
    var name: String
    /// Where it is.
    var host: RegistryHost
    /// What sort it is.
    var dialect: Dialect
    /// The environment variables that hold the account, where the configuration names them.
    var credentials: CredentialSources.VariablePair?
    /// Whether plain HTTP may be used.
    var isInsecure: Bool
    /// A file of certificates to trust, from the current directory as the configuration's own path.
    var caFile: String?

    init(_ member: ConfigurationNode.Member, folder: String) throws(OCIError) {
        let node = member.value
        name = member.key
        host = try node.required("host").value { (text) throws(OCIError) in try RegistryHost(text) }
        dialect = .oci
        if let text = try node["dialect"]?.text(), let named = Dialect(rawValue: text) {
            dialect = named
        }
        let username = try node["username-env"]?.text()
        let password = try node["password-env"]?.text()
        guard (username == nil) == (password == nil) else {
            throw node.error(
                "registry '\(name)' has only one of username-env and password-env",
                "name both; where a token is enough, the user's name may be any")
        }
        if let username, let password {
            credentials = CredentialSources.VariablePair(username: username, password: password)
        }
        isInsecure = try node["insecure"]?.flag() ?? false
        if let file = try node["ca-file"]?.text() {
            let isWhole = file.hasPrefix("/") || folder.isEmpty
            caFile = isWhole ? file : folder == "/" ? "/\(file)" : "\(folder)/\(file)"
        }
    }
}

extension ConfigurationNode {
    /// The value of a key that has to be there.
    func required(_ key: String) throws(OCIError) -> ConfigurationNode {
        guard let node = self[key] else {
            throw error("\(what) lacks \"\(key)\"", "add it")
        }
        return node
    }

    /// The values of a list, or the one value that stands in its place.
    func each<Value>(
        _ read: (String) throws(OCIError) -> Value
    ) throws(OCIError) -> [Value] {
        var values: [Value] = []
        for item in items ?? [self] { values.append(try item.value(read)) }
        return values
    }
}
