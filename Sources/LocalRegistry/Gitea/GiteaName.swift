import OCIRegistry

/// A repository's name as Gitea takes it apart: an owner, and an image of that owner.
struct GiteaName: Sendable {
    /// As sent.
    let owner: String
    /// As sent; nil where the name has one component.
    let image: String?

    init(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1)
        owner = parts.first.map(String.init) ?? ""
        image = parts.count == 2 ? String(parts[1]) : nil
    }

    /// What the owner is looked for by.
    var lowerOwner: String { owner.lowercased() }

    /// The repository; nil when the image's name breaks Gitea's rules, which are narrower than the
    /// specification's: words joined by one of `._-` at a time.
    var repository: RepositoryName? {
        guard let image, !image.contains("__"), !image.contains("--") else { return nil }
        return try? RepositoryName("\(lowerOwner)/\(image)")
    }
}

/// The owners that exist.
struct GiteaOwners: Sendable {
    let settings: GiteaSettings
    let store: Store
    let users: UserFile?

    /// What is to be done with a request for an owner.
    enum Answer: Equatable {
        case exists
        case unknown
        /// It has this name now.
        case renamed(String)
    }

    /// Looks for an owner; its name may be in any case. `makes`: whether the request would make it exist.
    func find(_ owner: String, makes: Bool) -> Answer {
        let wanted = owner.lowercased()
        if let new = settings.renamedOwners.first(where: { $0.key.lowercased() == wanted }) {
            return .renamed(new.value)
        }
        guard (try? RepositoryName(wanted)) != nil, !wanted.contains("/") else { return .unknown }
        if let owners = settings.owners {
            return owners.contains { $0.lowercased() == wanted } ? .exists : .unknown
        }
        let exists = makes || store.hasOwner(wanted) || users?.hasUser(wanted) ?? false
        return exists ? .exists : .unknown
    }
}
