public import OCIRegistry

/// Text with places for what is known of a publish: `sha-{sha7}`, `{version}`, `{major}.{minor}`.
public struct Template: Sendable, Hashable, CustomStringConvertible {
    /// What may stand between braces.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        /// The revision, whole.
        case sha
        /// The first seven digits of the revision.
        case sha7
        /// The version that the git ref names.
        case version
        /// The first two numbers of the version, and each of its numbers.
        case major, minor, patch
        /// The channel's name.
        case channel
    }

    enum Part: Sendable, Hashable {
        case text(String)
        case place(Place)
    }

    /// The template as written.
    public let description: String
    let parts: [Part]

    /// Reads a template. Throws ``OCIError`` (configuration) for a place that there is not.
    public init(_ text: String) throws(OCIError) {
        var parts: [Part] = []
        var rest = text[...]
        while let start = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            if start > rest.startIndex { parts.append(.text(String(rest[..<start]))) }
            let inside = rest[rest.index(after: start)...]
            guard rest[start] == "{", let end = inside.firstIndex(of: "}"),
                let place = Place(rawValue: String(inside[..<end]))
            else {
                let known = Place.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
                throw OCIError(
                    .configuration, "'\(text)' has braces around nothing that is known",
                    advice: "use \(known)")
            }
            parts.append(.place(place))
            rest = inside[inside.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        description = text
        self.parts = parts
    }

    /// The places that are in it.
    public var places: Set<Place> {
        Set(parts.compactMap { if case .place(let place) = $0 { place } else { nil } })
    }

    /// The text for a publish. Throws ``OCIError`` (configuration) where a place has nothing to hold.
    public func text(_ facts: PublishFacts) throws(OCIError) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .place(let place):
                guard let value = facts.value(of: place) else {
                    throw OCIError(
                        .configuration,
                        "'\(self)' needs {\(place.rawValue)}, which channel \(facts.channel) has not",
                        advice: "a channel has versions when its pattern has {version}")
                }
                text += value
            }
        }
        return text
    }

    /// The tag for a publish. Throws ``OCIError`` (configuration) for one that is illegal.
    public func tag(_ facts: PublishFacts) throws(OCIError) -> Tag {
        let text = try text(facts)
        do { return try Tag(text) } catch {
            throw OCIError(
                .configuration, "'\(self)' gives '\(text)', which is no tag", advice: error.advice)
        }
    }
}

/// What is known of a publish, for templates.
public struct PublishFacts: Sendable, Hashable {
    /// The channel.
    public var channel: String
    /// The commit, 40 or 64 hexadecimal digits.
    public var revision: Revision
    /// The version, where the git ref names one.
    public var version: Version?

    /// Puts the facts together.
    public init(channel: String, revision: Revision, version: Version? = nil) {
        self.channel = channel
        self.revision = revision
        self.version = version
    }

    func value(of place: Template.Place) -> String? {
        switch place {
        case .sha: revision.description
        case .sha7: String(revision.description.prefix(7))
        case .version: version?.description
        case .major: version.map { "\($0.major)" }
        case .minor: version.map { "\($0.minor)" }
        case .patch: version.map { "\($0.patch)" }
        case .channel: channel
        }
    }
}

/// A commit by its whole name: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits in lower case.
public struct Revision: Sendable, Hashable, CustomStringConvertible {
    /// The digits.
    public let description: String

    /// Checks a name. Throws ``OCIError`` (usage) for anything shorter or longer.
    public init(_ text: some StringProtocol) throws(OCIError) {
        let isHex = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
        }
        guard isHex, [40, 64].contains(text.utf8.count) else {
            throw OCIError(
                .usage, "'\(text.prefix(100))' is not the whole name of a commit",
                advice: "give all 40 digits: git rev-parse HEAD")
        }
        description = String(text)
    }
}
