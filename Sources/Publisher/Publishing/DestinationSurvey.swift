import ImageTags
import OCIRegistry

/// What the tags of a publish name in one repository before anything is written.
struct DestinationSurvey: Sendable {
    /// The repository.
    let repository: Repository
    /// What each tag names; tags that there are not are left out.
    let before: [Tag: Digest]

    /// Reads the tags. Throws ``OCIError``, and ``PolicyRefusal`` where an immutable one names another
    /// image.
    init(_ repository: Repository, _ tags: WantedTags, _ source: SourceImage) async throws {
        self.repository = repository
        before = try await repository.digests(of: tags.immutable + tags.rolling)
        for tag in tags.immutable {
            guard let there = before[tag] else { continue }
            let found: SourceImage.Identity
            switch source.identity {
            case .manifest: found = .manifest(there)
            case .config: found = try await Self.config(of: there, in: repository)
            }
            guard found != source.identity else { continue }
            throw PolicyRefusal(
                "\(repository.reference.with(tag: tag)): the tag is immutable and names another "
                    + "image\n  there: \(Self.text(there, found))\n  to be: \(Self.text(source))\n"
                    + "  nothing was written",
                advice: "what was published stays: publish this as a new version")
        }
    }

    private static func config(
        of digest: Digest, in repository: Repository
    ) async throws -> SourceImage.Identity {
        guard case .image(let image)? = try await repository.manifest("\(digest)")?.view else {
            return .manifest(digest)
        }
        return .config(image.config.digest)
    }

    private static func text(_ digest: Digest, _ found: SourceImage.Identity) -> String {
        if case .config(let id) = found { "\(digest), of the image \(id)" } else { "\(digest)" }
    }

    private static func text(_ source: SourceImage) -> String {
        switch source.identity {
        case .manifest(let digest): "\(digest)"
        case .config(let id): "the image \(id)"
        }
    }
}
