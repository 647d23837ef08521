import ConfigurationFile
import ImageTags
import OCIRegistry

/// How Docker builds an image; publisher looks for pins there.
struct BuildSettings: Sendable, Hashable {
    /// The Dockerfile, from the configuration's folder.
    var dockerfile: String
    /// The stage.
    var target: String?
    /// Build arguments.
    var arguments: [String: String]

    init(_ node: ConfigurationNode) throws(OCIError) {
        dockerfile = try node.required("dockerfile").text()
        target = try node["target"]?.text()
        arguments = [:]
        for member in node["args"]?.members ?? [] {
            arguments[member.key] = try member.value.text()
        }
    }
}

/// An image of `publisher.yaml`: where it goes, what it has to be, and its tags.
struct ImageRules: Sendable, Hashable {
    /// Its tags in one channel.
    struct ChannelRules: Sendable, Hashable {
        /// The channel.
        var channel: Channel
        /// The tags.
        var tags: TagRules
    }

    /// What commands call it.
    var name: String
    /// Every repository that it is published to.
    var destinations: [ConfiguredRepository]
    /// How it is built, where the configuration says so.
    var build: BuildSettings?
    /// The platforms that it has to have; empty where any will do.
    var platforms: [Platform]
    /// Labels that it has to have, with their values.
    var labels: [String: Template]
    /// Annotations that it has to have, with their values; nil where any value will do.
    var annotations: [String: Template?]
    /// Its channels, in the order of the file.
    var channels: [ChannelRules]

    /// The tags in a channel. Throws ``PolicyRefusal`` where it is not published from that.
    func rules(for channel: Channel) throws(PolicyRefusal) -> TagRules {
        if let found = channels.first(where: { $0.channel.name == channel.name }) {
            return found.tags
        }
        let known = channels.map(\.channel.name).joined(separator: ", ")
        throw PolicyRefusal(
            "image '\(name)' is not published from channel \(channel.name)",
            advice: "it has tags for \(known): publish from a ref of those, or give it some")
    }

    init(
        _ member: ConfigurationNode.Member, _ names: ConfigurationNames
    ) throws(OCIError) {
        let node = member.value
        name = member.key
        let repositories = try node.required("repository")
        destinations = []
        for item in repositories.items ?? [repositories] {
            destinations.append(try names.repository(item))
        }
        if let node = node["build"] { build = try BuildSettings(node) }
        platforms =
            try node["platforms"]?.each { (text) throws(OCIError) in
                try Platform(parsing: text)
            } ?? []
        labels = [:]
        for label in node["labels"]?.members ?? [] {
            labels[label.key] = try label.value.value { (text) throws(OCIError) in
                try Template(text)
            }
        }
        annotations = [:]
        for item in node["annotations"]?.items ?? [] {
            annotations[try item.text()] = .some(nil)
        }
        for annotation in node["annotations"]?.members ?? [] {
            annotations[annotation.key] = try annotation.value.value { (text) throws(OCIError) in
                try Template(text)
            }
        }
        channels = []
        for rules in try node.required("tags").members {
            let channel = try names.channel(rules)
            channels.append(
                ChannelRules(channel: channel, tags: try TagRules(rules.value, in: channel)))
        }
    }
}

extension TagRules {
    /// The rules of one image in one channel.
    fileprivate init(_ node: ConfigurationNode, in channel: Channel) throws(OCIError) {
        func templates(_ key: String) throws(OCIError) -> [Template] {
            try node[key]?.each { (text) throws(OCIError) in try Template(text) } ?? []
        }
        self.init(
            immutable: try templates("immutable"), rolling: try templates("rolling"),
            forwardOnly: try node["forward-only"]?.flag() ?? false)
        guard !immutable.isEmpty || !rolling.isEmpty else {
            throw node.error(
                "\(node.what) has no tags", "give it immutable or rolling ones, or leave it out")
        }
        guard forwardOnly, let place = node["forward-only"] else { return }
        guard channel.versions != nil, !rolling.isEmpty else {
            throw place.error(
                "\"forward-only\" is about rolling tags of versions",
                "leave it out, or use it with rolling tags in a channel that has versions")
        }
    }
}
