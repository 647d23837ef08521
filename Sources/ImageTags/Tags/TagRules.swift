public import OCIRegistry

/// The tags that an image gets in one channel.
public struct TagRules: Sendable, Hashable {
    /// Tags that name one digest for ever.
    public var immutable: [Template]
    /// Aliases, which move from publish to publish.
    public var rolling: [Template]
    /// Whether aliases move to newer versions only.
    public var forwardOnly: Bool

    /// Rules.
    public init(immutable: [Template] = [], rolling: [Template] = [], forwardOnly: Bool = false) {
        self.immutable = immutable
        self.rolling = rolling
        self.forwardOnly = forwardOnly
    }

    /// The tags of one publish. Throws ``OCIError`` (configuration) for a template that gives none.
    public func tags(_ facts: PublishFacts) throws(OCIError) -> WantedTags {
        var wanted = WantedTags()
        for template in immutable { wanted.add(try template.tag(facts), to: \.immutable) }
        // An alias of releases never names what comes before one.
        let isWithheld = facts.version?.isPrerelease == true
        for template in rolling {
            wanted.add(try template.tag(facts), to: isWithheld ? \.withheld : \.rolling)
        }
        return wanted
    }
}

/// The tags that one publish is to write, each once.
public struct WantedTags: Sendable, Hashable {
    /// Written first; they never move.
    public var immutable: [Tag] = []
    /// Written last.
    public var rolling: [Tag] = []
    /// Aliases left alone, because the version is a pre-release.
    public var withheld: [Tag] = []

    /// Nothing.
    public init() {}

    mutating func add(_ tag: Tag, to list: WritableKeyPath<WantedTags, [Tag]>) {
        if !(immutable + rolling + withheld).contains(tag) { self[keyPath: list].append(tag) }
    }
}
