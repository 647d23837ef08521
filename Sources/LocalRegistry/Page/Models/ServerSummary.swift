import OCIRegistry

/// What every page says about the server.
struct ServerSummary: Sendable, Equatable {
    /// How this registry is called.
    var name = "local-registry"
    /// Whose manners the server has: `oci`, `gitea`.
    var dialect: String
    /// The host and port that people push to.
    var address: RegistryHost
    /// Bytes of all blobs of the store, each counted once.
    var storeSize: Int64
    /// Repositories in the store.
    var repositoryCount: Int
    /// Whether a push needs `docker login` first.
    var needsLogin = false

    /// A repository that a first push could go to: Gitea's names start with an owner.
    var exampleRepository: String { dialect == "gitea" ? "me/my-image" : "my-image" }

    /// The one line that pushes an image with Docker.
    var pushCommand: String {
        let target = "\(address)/\(exampleRepository)"
        let login = needsLogin ? "docker login \(address) && " : ""
        return "\(login)docker tag my-image \(target) && docker push \(target)"
    }
}
