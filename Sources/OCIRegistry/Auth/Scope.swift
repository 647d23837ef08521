/// What a token shall allow: actions on one resource, `repository:NAME:pull,push`.
///
/// Distribution token scope specification, "Resource scope grammar".
public struct Scope: Sendable, Hashable, Comparable {
    /// Something to do with a resource. Registries define their own beside these.
    public struct Action: RawRepresentable, Sendable, Hashable, Comparable {
        /// The action's name on the wire.
        public let rawValue: String

        /// Takes an action's name as the registry spells it.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Read manifests and blobs.
        public static let pull = Action(rawValue: "pull")
        /// Write manifests and blobs.
        public static let push = Action(rawValue: "push")
        /// Delete manifests and blobs.
        public static let delete = Action(rawValue: "delete")
        /// Everything.
        public static let all = Action(rawValue: "*")

        public static func < (left: Action, right: Action) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// The kind of resource: `repository`, `registry`, …
    public var resourceType: String
    /// The resource's name.
    public var name: String
    /// What to do with it.
    public var actions: Set<Action>

    /// Puts a scope together.
    public init(resourceType: String, name: String, actions: Set<Action>) {
        self.resourceType = resourceType
        self.name = name
        self.actions = actions
    }

    /// Actions on a repository.
    public static func repository(_ name: RepositoryName, _ actions: Action...) -> Scope {
        Scope(resourceType: "repository", name: name.description, actions: Set(actions))
    }

    /// Parses `TYPE:NAME:ACTIONS`; nil for anything else, such as Gitea's `*`. The name may hold
    /// colons of its own (a host's port).
    public init?(parsing text: some StringProtocol) {
        guard let first = text.firstIndex(of: ":"), let last = text.lastIndex(of: ":"), first < last
        else { return nil }
        let actions = text[text.index(after: last)...].split(separator: ",")
        self.init(
            resourceType: String(text[..<first]),
            name: String(text[text.index(after: first)..<last]),
            actions: Set(actions.map { Action(rawValue: String($0)) }))
        guard !resourceType.isEmpty, !name.isEmpty, !self.actions.isEmpty else { return nil }
    }

    /// Whether whoever may do this may also do `other`.
    public func covers(_ other: Scope) -> Bool {
        resourceType == other.resourceType && name == other.name
            && (actions.contains(.all) || actions.isSuperset(of: other.actions))
    }

    /// One scope a resource, with the actions of all: in order of first appearance, because some
    /// registries look at the first scope alone.
    public static func merged(_ scopes: [Scope]) -> [Scope] {
        var merged: [Scope] = []
        for scope in scopes {
            let known = merged.firstIndex {
                $0.resourceType == scope.resourceType && $0.name == scope.name
            }
            if let known {
                merged[known].actions.formUnion(scope.actions)
            } else {
                merged.append(scope)
            }
        }
        return merged
    }

    /// The repository that this is about, where it is about one.
    public var repository: RepositoryName? {
        resourceType == "repository" ? try? RepositoryName(name) : nil
    }

    public static func < (left: Scope, right: Scope) -> Bool {
        left.description < right.description
    }
}

extension Scope: CustomStringConvertible {
    /// `TYPE:NAME:ACTIONS`, the actions in alphabetical order.
    public var description: String {
        let actions = actions.sorted().map(\.rawValue).joined(separator: ",")
        return "\(resourceType):\(name):\(actions)"
    }
}
