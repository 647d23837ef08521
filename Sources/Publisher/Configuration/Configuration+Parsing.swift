import ConfigurationFile
import ImageTags
import OCIRegistry

extension Configuration {
    /// Reads a file. Throws ``OCIError``, one for everything that is wrong with it.
    static func read(_ path: String) async throws(OCIError) -> Configuration {
        try Configuration(await ConfigurationNode.read(path), path: path)
    }

    /// Reads YAML; `path` stands for the file. Throws as ``read(_:)``.
    static func parse(_ text: String, path: String) throws(OCIError) -> Configuration {
        try Configuration(ConfigurationNode.parse(text, name: path), path: path)
    }

    init(_ document: ConfigurationNode?, path: String) throws(OCIError) {
        guard let document else {
            throw OCIError(
                .configuration, "there is nothing in it", subject: path,
                advice: "start with \"registries:\"")
        }
        self.path = path
        registries = []
        channels = []
        images = []
        // What comes after a step relies on it, so that one mistake is not reported as many.
        var problems = Problems(found: Self.shape.problems(in: document))
        try problems.report(path)
        let folder = Self.folder(of: path)
        for member in document["registries"]?.members ?? [] {
            problems.attempt { () throws(OCIError) in try add(registry: member, folder) }
        }
        for member in document["channels"]?.members ?? [] {
            problems.attempt { () throws(OCIError) in try add(channel: member) }
        }
        try problems.report(path)
        let names = ConfigurationNames(registries: registries, channels: channels)
        for member in document["images"]?.members ?? [] {
            problems.attempt { () throws(OCIError) in
                images.append(try ImageRules(member, names))
            }
        }
        problems.attempt { () throws(OCIError) in
            ledger = try document["ledger"].map { (node) throws(OCIError) in
                try LedgerSettings(node, names, folder: folder)
            }
        }
        problems.attempt { () throws(OCIError) in
            retention = try document["retention"].map { (node) throws(OCIError) in
                try RetentionSettings(node, names)
            }
        }
        try problems.report(path)
        problems.found = TagClaims(images, document).problems
        try problems.report(path)
    }

    private mutating func add(
        registry member: ConfigurationNode.Member, _ folder: String
    ) throws(OCIError) {
        let registry = try RegistrySettings(member, folder: folder)
        if let other = registries.first(where: { $0.host == registry.host }) {
            throw member.value.error(
                "registries '\(other.name)' and '\(registry.name)' are both at \(registry.host)",
                "use one name for it", line: member.line)
        }
        registries.append(registry)
    }

    private mutating func add(channel member: ConfigurationNode.Member) throws(OCIError) {
        let node = member.value
        let on = try node.required("on")
        let pattern = try on.value { (text) throws(OCIError) in try RefPattern(text) }
        let scheme = try node["versions"]?.value(like: "calver or semver", VersionScheme.init)
        if pattern.hasVersion, scheme == nil {
            throw on.error(
                "channel '\(member.key)' does not say how its versions are written",
                "add versions: calver (\(VersionScheme.calver.example)) or semver "
                    + "(\(VersionScheme.semver.example))")
        }
        if !pattern.hasVersion, let versions = node["versions"] {
            throw versions.error(
                "channel '\(member.key)' has versions, and no {version} in its git refs",
                "leave \"versions\" out, or write refs/tags/v{version}")
        }
        if let other = channels.first(where: { $0.pattern == pattern }) {
            throw on.error(
                "channels '\(other.name)' and '\(member.key)' take the same git refs",
                "a git ref selects exactly one channel: change one of them")
        }
        channels.append(Channel(name: member.key, pattern: pattern, versions: scheme))
    }
}

/// The mistakes of a file, as one error.
private struct Problems {
    var found: [OCIError]

    /// Notes what the body throws.
    mutating func attempt(_ body: () throws(OCIError) -> Void) {
        do { try body() } catch { found.append(error) }
    }

    /// Throws what was found.
    func report(_ path: String) throws(OCIError) {
        guard let first = found.first else { return }
        guard found.count > 1 else { throw first }
        let lines = found.map { "\n  \($0.message)" + ($0.advice.map { "; \($0)" } ?? "") }
        throw OCIError(
            .configuration, "\(found.count) mistakes" + lines.joined(), subject: path,
            advice: "correct each, then run 'publisher config check'")
    }
}
