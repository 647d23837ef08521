import ImageTags
import OCIRegistry

/// What a publish is to do, as `publisher.yaml` has it: no registry was asked yet.
struct PublishPlan: Sendable {
    /// The image.
    let image: ImageRules
    /// The git ref.
    let ref: GitRef
    /// The channel that the ref selects.
    let selection: ChannelSelection
    /// What the templates are filled with.
    let facts: PublishFacts
    /// The rules of the tags in that channel.
    let rules: TagRules
    /// The tags.
    let tags: WantedTags
    /// Where it goes.
    let destinations: [ConfiguredRepository]

    /// Makes the plan for an image and a git ref.
    ///
    /// - Parameter asked: the channel that somebody asked for by name.
    /// - Parameter registries: the only registries to publish to; empty for all of the image's.
    ///
    /// Throws ``PolicyRefusal`` where the ref selects no channel, another one or one that the image is not
    /// published from; ``OCIError`` for names that there are not and templates that give no tag.
    init(
        _ name: String, _ configuration: Configuration, ref: GitRef, revision: Revision,
        asked: String? = nil, registries: [String] = []
    ) throws {
        image = try configuration.image(named: name)
        self.ref = ref
        selection = try ChannelSelection.select(ref, from: configuration.channels, asked: asked)
        rules = try image.rules(for: selection.channel)
        facts = PublishFacts(
            channel: selection.channel.name, revision: revision, version: selection.version)
        tags = try rules.tags(facts)
        let known = image.destinations.map(\.registry.name)
        if let stranger = registries.first(where: { !known.contains($0) }) {
            throw OCIError(
                .usage, "image '\(name)' does not go to a registry '\(stranger)'",
                subject: configuration.path, advice: "it goes to \(known.joined(separator: ", "))")
        }
        destinations = image.destinations.filter {
            registries.isEmpty || registries.contains($0.registry.name)
        }
    }
}
