import ConfigurationFile
import ImageTags
import OCIRegistry

/// What `publisher.yaml` says, checked.
struct Configuration: Sendable, Hashable {
    /// Where it was read from.
    var path: String
    /// The registries, in the order of the file; so are all others.
    var registries: [RegistrySettings]
    /// The channels.
    var channels: [Channel]
    /// The images.
    var images: [ImageRules]
    /// Where records of runs go, where it says so.
    var ledger: LedgerSettings?
    /// What prune keeps, where it says so.
    var retention: RetentionSettings?

    /// The folder of the file, from which the file's own paths go; empty for the current one.
    var folder: String { Self.folder(of: path) }

    /// The image of a name. Throws ``OCIError`` (usage) that lists the names there are.
    func image(named name: String) throws(OCIError) -> ImageRules {
        if let image = images.first(where: { $0.name == name }) { return image }
        throw OCIError(
            .usage, "there is no image '\(name)'", subject: path,
            advice: "its images are \(images.map(\.name).joined(separator: ", "))")
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// The registries and channels that the rest of a configuration names.
struct ConfigurationNames: Sendable {
    var registries: [RegistrySettings]
    var channels: [Channel]

    /// The repository that a value names. Throws ``OCIError`` (configuration).
    func repository(_ node: ConfigurationNode) throws(OCIError) -> ConfiguredRepository {
        let path = try node.value(RepositoryPath.init)
        return try find(path) { node.error($0, $1) }
    }

    /// The repository that a key names. Throws ``OCIError`` (configuration).
    func repository(
        _ text: String, at member: ConfigurationNode.Member
    ) throws(OCIError) -> ConfiguredRepository {
        try find(RepositoryPath(text)) { member.value.error($0, $1, line: member.line) }
    }

    /// The channel that a key names. Throws ``OCIError`` (configuration).
    func channel(_ member: ConfigurationNode.Member) throws(OCIError) -> Channel {
        if let channel = channels.first(where: { $0.name == member.key }) { return channel }
        throw member.value.error(
            "there is no channel '\(member.key)'",
            "the channels are \(channels.map(\.name).joined(separator: ", "))", line: member.line)
    }

    private func find(
        _ path: RepositoryPath, _ error: (String, String) -> OCIError
    ) throws(OCIError) -> ConfiguredRepository {
        guard let registry = registries.first(where: { $0.name == path.registry }) else {
            let known = registries.map(\.name).joined(separator: ", ")
            throw error(
                "there is no registry '\(path.registry)'",
                "start the repository with the name of one: \(known)")
        }
        return ConfiguredRepository(registry: registry, name: path.name)
    }
}
