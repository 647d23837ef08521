@testable import LocalRegistry
@testable import OCIRegistry

/// What a repository holds.
struct RepositoryState: Sendable, Equatable {
    /// What each tag names; in Gitea's dialect each version.
    var tags: [String: Digest] = [:]
    var manifests: Set<Digest> = []
    /// In Gitea's dialect those that it must hold whatever its versions name.
    var blobs: Set<Digest> = []

    /// What a store says.
    init(of name: RepositoryName, in store: Store) throws {
        switch store.dialect {
        case .oci:
            for tag in try store.tags(in: name, after: nil, limit: 1000) {
                tags[tag.description] = try store.resolve(tag, in: name)
            }
        case .gitea:
            for version in try store.versions(of: name) {
                tags[version.name.description] = version.digest
            }
        }
        try store.forEachManifest(in: name) { manifests.insert($0) }
        try RepositoryLayout.digests(in: store.layout.repository(name).blobs) { blobs.insert($0) }
    }

    init() {}

    func changed(_ change: (inout RepositoryState) -> Void) -> RepositoryState {
        var state = self
        change(&state)
        return state
    }
}

/// What a repository must hold: what was acknowledged, or what a request under way makes of it.
struct ExpectedState: Sendable {
    let name: RepositoryName
    var acknowledged = RepositoryState()
    /// Each is as good; none while no request is under way.
    var possible: [RepositoryState] = []

    init(_ name: String) throws { self.name = try RepositoryName(name) }

    /// What is wrong with a store, as text; nil when nothing is. What is found is what is expected from
    /// then on.
    mutating func compare(
        with store: Store, images: [Digest: SampleImage]
    ) throws -> String? {
        let found = try RepositoryState(of: name, in: store)
        let match = ([acknowledged] + possible).first { wanted in
            guard store.dialect == .gitea else { return wanted == found }
            let named = found.manifests.flatMap { images[$0]?.blobs ?? [] }
            return wanted.tags == found.tags && wanted.manifests == found.manifests
                && found.blobs.isSuperset(of: wanted.blobs.union(named))
        }
        guard let match else {
            return "\(name) holds \(found), not one of \([acknowledged] + possible)"
        }
        acknowledged = match
        possible = []
        return nil
    }
}
