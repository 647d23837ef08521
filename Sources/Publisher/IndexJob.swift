import OCIRegistry

/// The work of `publisher index`: reads what there is, refuses what was not asked for, then puts
/// the images and the index in place.
struct IndexJob: Sendable {
    /// An image that is to be in the index.
    private enum Candidate: Sendable {
        case packed(IndexMember, place: ImageLocation)
        case unpacked(any UnpackedImage, Platform, place: ImageLocation)
    }

    let session: Session
    let destination: Reference
    let sources: [ImageLocation]
    let platforms: IndexPlatforms
    let takesAttestations: Bool
    let annotations: [String: String]
    let options: Pusher.Options

    /// Puts the index under its tags.
    ///
    /// Throws `PolicyRefusal`, having written nothing, where the platforms are not as asked for;
    /// ``OCIError``, having moved no tag unless the failure was in moving tags.
    func run(_ progress: @escaping PushProgress.Sink) async throws -> PushReport {
        var candidates: [Candidate] = []
        for source in sources { candidates += try await self.candidates(source) }
        try platforms.check(
            candidates.compactMap { candidate in
                switch candidate {
                case .packed(let member, let place):
                    member.platform.map { ($0, "\(place)@\(member.digest.short)") }
                case .unpacked(_, let platform, let place): (platform, "\(place)")
                }
            })
        let pusher = Pusher(options: options, progress: progress)
        let repository = session.repository(destination, .push)
        var members: [IndexMember] = []
        for candidate in candidates {
            switch candidate {
            case .packed(let member, _): members.append(member)
            case .unpacked(let image, _, _):
                members += try await push(image, to: repository, pusher)
            }
        }
        let index = try CombinedIndex(
            members, annotations: annotations, docker: options.dockerFormat)
        try await own(candidates, before: index.manifest, in: repository)
        return try await pusher.with(mounting).copy(
            index, to: RepositoryTarget(repository, chunkSize: options.chunkSize))
    }

    private func candidates(_ place: ImageLocation) async throws -> [Candidate] {
        switch try await session.open(place) {
        case .packed(let image):
            let platforms = platforms
            let members = try await image.members { platforms.mayInclude($0) }
            // What stands alone and was not asked for is refused; an index is there to choose from.
            let chosen = members.filter { member in
                member.isAlone || member.platform.map { platforms.include($0) } ?? false
            }
            let images = Set(chosen.map(\.digest))
            let attestations = members.filter { member in
                takesAttestations && member.attests.map { images.contains($0) } ?? false
            }
            return (chosen + attestations).map { .packed($0, place: place) }
        case .unpacked(let image):
            let config = try ImageConfig(bytes: try await image.config())
            guard let platform = config.platform else {
                throw OCIError(
                    .badData, "the image's configuration names no platform", subject: "\(place)")
            }
            return [.unpacked(image, platform, place: place)]
        }
    }

    /// Pushes an image that has no manifest yet, by digest alone.
    private func push(
        _ image: any UnpackedImage, to repository: Repository, _ pusher: Pusher
    ) async throws -> [IndexMember] {
        var untagged = options
        untagged.tags = []
        let report = try await pusher.with(untagged).push(.unpacked(image), to: repository)
        return try await RegistryImage(repository, selector: "\(report.digest)").members()
    }

    /// Makes the repository hold by digest what it may hold by another tag only: on Gitea a tag
    /// takes its manifest along when it moves, from under the index. Where the index is there
    /// already, this was done before.
    private func own(
        _ candidates: [Candidate], before index: Manifest, in repository: Repository
    ) async throws {
        var members: [IndexMember] = []
        for case .packed(let member, .registry(let place)) in candidates
        where place.name == destination.name {
            members.append(member)
        }
        guard !members.isEmpty, try await repository.digest("\(index.digest)") == nil else {
            return
        }
        for member in members { try await repository.put(member.content) }
    }

    /// The options, with the registry's other repositories among the sources to mount from.
    private var mounting: Pusher.Options {
        var options = options
        for case .registry(let place) in sources
        where place.host == destination.host && place.repository != destination.repository
            && !options.mountFrom.contains(place.repository)
        {
            options.mountFrom.append(place.repository)
        }
        return options
    }
}
