/// A stream of publishes that one kind of git ref feeds: development, releases.
public struct Channel: Sendable, Hashable {
    /// Its name in the configuration.
    public var name: String
    /// The git refs that it takes.
    public var pattern: RefPattern
    /// How its versions are written; nil where its refs name none.
    public var versions: VersionScheme?

    /// A channel.
    public init(name: String, pattern: RefPattern, versions: VersionScheme? = nil) {
        self.name = name
        self.pattern = pattern
        self.versions = versions
    }
}

/// The channel that a git ref selects, and the version that it names.
public struct ChannelSelection: Sendable, Hashable {
    /// The channel.
    public var channel: Channel
    /// The version, in a channel of versions.
    public var version: Version?

    /// Selects the one channel that takes a ref.
    ///
    /// - Parameter asked: the channel that somebody asked for by name; it has to be the one.
    ///
    /// Throws ``PolicyRefusal`` when none takes it, more than one does, or another was asked for.
    public static func select(
        _ ref: GitRef, from channels: [Channel], asked: String? = nil
    ) throws(PolicyRefusal) -> ChannelSelection {
        let known = channels.map { "\($0.name) (\($0.pattern))" }.joined(separator: ", ")
        if let asked, !channels.contains(where: { $0.name == asked }) {
            throw PolicyRefusal(
                "there is no channel '\(asked)'", advice: "the channels are \(known)")
        }
        var found: [ChannelSelection] = []
        var nearly: [String] = []
        for channel in channels {
            guard let match = channel.pattern.match(ref) else { continue }
            guard let scheme = channel.versions, let text = match.version else {
                found.append(ChannelSelection(channel: channel))
                continue
            }
            if let version = Version(parsing: text, scheme) {
                found.append(ChannelSelection(channel: channel, version: version))
            } else {
                nearly.append(
                    "'\(text)' is no \(scheme.rawValue) version like \(scheme.example), "
                        + "as channel \(channel.name) wants")
            }
        }
        guard let only = found.first, found.count == 1 else {
            if found.isEmpty {
                let reason = nearly.isEmpty ? "no channel takes it" : nearly.joined(separator: "; ")
                throw PolicyRefusal("\(ref): \(reason)", advice: "the channels are \(known)")
            }
            let names = found.map(\.channel.name).joined(separator: " and ")
            throw PolicyRefusal(
                "\(ref): channels \(names) both take it",
                advice: "make their patterns exclude each other")
        }
        guard asked == nil || asked == only.channel.name else {
            throw PolicyRefusal(
                "\(ref) belongs to channel \(only.channel.name), not to '\(asked ?? "")'",
                advice: "leave --channel out, or publish from a ref of that channel")
        }
        return only
    }
}
