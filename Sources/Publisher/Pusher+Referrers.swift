import OCIRegistry

extension Pusher {
    /// Copies what refers to a manifest and to its children, and what refers to that; of the options, the
    /// tags and the platform are left out.
    func copyReferrers(
        of digest: Digest, from repository: Repository, to target: any ContentTarget
    ) async throws {
        let pusher = untagged()
        var subjects = [digest]
        var seen: Set<Digest> = [digest]
        while let subject = subjects.popLast() {
            if let manifest = try await repository.manifest(subject.description) {
                subjects += manifest.children.map(\.digest).filter { seen.insert($0).inserted }
            }
            for referrer in try await repository.referrers(of: subject)
            where seen.insert(referrer.digest).inserted {
                let image = RegistryImage(repository, selector: referrer.digest.description)
                _ = try await pusher.copy(image, to: target)
                if let target = target as? RepositoryTarget {
                    try await target.repository.announce(try await image.select(nil))
                }
                subjects.append(referrer.digest)
            }
        }
    }
}
