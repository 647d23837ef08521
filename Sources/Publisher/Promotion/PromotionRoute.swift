import OCIRegistry

/// From where to where tags are promoted, and what `publisher.yaml` says of it.
struct PromotionRoute: Sendable {
    /// The image, with a tag or digest.
    let source: Reference
    /// The repository in which tags move.
    let target: Reference
    /// What the configuration calls the image.
    let image: String?
    /// The images of the configuration whose rules hold for the tags.
    let rules: [ImageRules]
    /// Whether the configuration says that the target is Gitea's.
    let isGitea: Bool

    /// Whether tags move where the image is.
    var isInPlace: Bool {
        source.host == target.host && source.repository == target.repository
    }

    /// Finds both ends. Throws ``OCIError`` (usage).
    init(
        _ source: String, toRegistry: String?, toRepository: String?,
        _ names: RepositoryNames
    ) throws(OCIError) {
        let configuration = names.configuration
        let found = try names.find(source)
        let (reference, image) = (found.reference, found.image)
        guard reference.tag != nil || reference.digest != nil else {
            throw OCIError(
                .usage, "no tag or digest is given", subject: source,
                advice: "name one: \(source):TAG or \(source)@DIGEST; 'latest' is never assumed")
        }
        let images = configuration?.images ?? []
        let own = image.map { [$0] } ?? images.filter { $0.destination(like: reference) != nil }
        var target = Reference(host: reference.host, repository: reference.repository)
        if let toRepository {
            target = try names.destination(toRepository)
            guard target.tag == nil else {
                throw OCIError(
                    .usage, "--to-repository takes no tag", subject: toRepository,
                    advice: "name the tags with --to")
            }
        } else if let toRegistry {
            target = try Self.target(toRegistry, reference, image, own, configuration)
        }
        self.source = reference
        self.target = target
        self.image = image?.name
        let theirs = images.filter { $0.destination(like: target) != nil && $0 != image }
        rules = (image.map { [$0] } ?? []) + theirs
        isGitea =
            configuration?.registries.first { $0.host == target.host }?.dialect == .gitea
    }

    private static func target(
        _ registry: String, _ source: Reference, _ image: ImageRules?, _ images: [ImageRules],
        _ configuration: Configuration?
    ) throws(OCIError) -> Reference {
        guard let configuration else {
            throw OCIError(
                .usage, "--to-registry names a registry of publisher.yaml, and there is none",
                advice: "name it with --config, or use --to-repository HOST/REPOSITORY")
        }
        guard let settings = configuration.registries.first(where: { $0.name == registry }) else {
            let known = configuration.registries.map(\.name).joined(separator: ", ")
            throw OCIError(
                .usage, "there is no registry '\(registry)'", subject: configuration.path,
                advice: "the registries are \(known)")
        }
        let places = images.flatMap(\.destinations).filter { $0.registry.name == registry }
        if let place = places.first { return place.reference }
        if let image {
            let known = image.destinations.map(\.registry.name).joined(separator: ", ")
            throw OCIError(
                .usage, "image '\(image.name)' has no repository in registry '\(registry)'",
                subject: configuration.path,
                advice: "it is in \(known): give it one there, or use --to-repository")
        }
        return Reference(host: settings.host, repository: source.repository)
    }
}

extension ImageRules {
    /// The repository of the image that a reference is in.
    func destination(like reference: Reference) -> ConfiguredRepository? {
        destinations.first {
            $0.registry.host == reference.host && $0.name == reference.repository
        }
    }
}
