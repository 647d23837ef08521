public import OCIRegistry

/// What a request needs to be allowed to do.
public enum Access: Sendable, Hashable {
    /// To know that this is a registry: `GET /v2/`.
    case ping
    /// To list the repositories, as API or as page.
    case catalog
    /// To read a repository.
    case pull(RepositoryName)
    /// To write to a repository.
    case push(RepositoryName)
    /// To delete from a repository.
    case delete(RepositoryName)
}

/// Who sent a request.
public struct Identity: Sendable, Hashable {
    /// The user's name; nil for nobody in particular.
    public var name: String?

    /// Somebody, or with nil nobody in particular.
    public init(name: String?) { self.name = name }

    /// Nobody in particular.
    public static let anonymous = Identity(name: nil)
}

extension Access {
    /// The scope of a token that allows this; nil for what any token allows.
    ///
    /// Distribution token scope specification, "Resource scope grammar". Who writes also reads:
    /// a push looks at what is there.
    var scope: Scope? {
        switch self {
        case .ping: nil
        case .catalog: Scope(resourceType: "registry", name: "catalog", actions: [.all])
        case .pull(let repository): .repository(repository, .pull)
        case .push(let repository): .repository(repository, .pull, .push)
        case .delete(let repository): .repository(repository, .delete)
        }
    }
}
