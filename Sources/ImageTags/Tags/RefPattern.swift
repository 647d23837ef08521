public import OCIRegistry

/// Which git refs belong to a channel: a full name in which `*` stands for anything but a slash and
/// `{version}` for a version.
///
/// `refs/heads/main`, `refs/heads/release/*`, `refs/tags/v{version}`.
public struct RefPattern: Sendable, Hashable, CustomStringConvertible {
    /// A stretch of the pattern.
    private enum Part: Sendable, Hashable {
        case text(String)
        case anything
        case version
    }

    /// What a pattern found in a ref.
    public struct Match: Sendable, Hashable {
        /// What stood in the place of `{version}`.
        public var version: String?
    }

    /// The pattern as written.
    public let description: String
    /// Whether `{version}` is in it.
    public var hasVersion: Bool { parts.contains(.version) }
    private let parts: [Part]

    /// Reads a pattern. Throws ``OCIError`` (configuration).
    public init(_ text: String) throws(OCIError) {
        var parts: [Part] = []
        var literal = ""
        func flush() {
            if !literal.isEmpty { parts.append(.text(literal)) }
            literal = ""
        }
        var rest = text[...]
        while let character = rest.first {
            if rest.hasPrefix("{version}") {
                flush()
                parts.append(.version)
                rest = rest.dropFirst("{version}".count)
            } else if character == "*" {
                flush()
                if parts.last != .anything { parts.append(.anything) }
                rest = rest.dropFirst()
            } else {
                literal.append(character)
                rest = rest.dropFirst()
            }
        }
        flush()
        let isNamed = ["refs/heads/", "refs/tags/"].contains { text.hasPrefix($0) }
        guard isNamed, !text.contains(where: { "{}".contains($0) }) || parts.contains(.version),
            parts.count(where: { $0 == .version }) <= 1,
            parts.allSatisfy({ part in
                if case .text(let text) = part {
                    !text.contains { "{}".contains($0) }
                } else {
                    true
                }
            })
        else {
            throw OCIError(
                .configuration, "'\(text)' is no pattern of git refs",
                advice: "write refs/heads/main, refs/heads/release/* or refs/tags/v{version}")
        }
        description = text
        self.parts = parts
    }

    /// What the pattern finds in a ref; nil where the ref is another.
    public func match(_ ref: GitRef) -> Match? {
        var match = Match()
        return matches(parts[...], ref.description[...], &match) ? match : nil
    }

    private func matches(
        _ parts: ArraySlice<Part>, _ text: Substring, _ match: inout Match
    ) -> Bool {
        guard let part = parts.first else { return text.isEmpty }
        let rest = parts.dropFirst()
        if case .text(let literal) = part {
            return text.hasPrefix(literal)
                && matches(rest, text.dropFirst(literal.count), &match)
        }
        // The longest stretch first; a component holds at most a few hundred characters.
        let component = text.prefix { $0 != "/" }
        var end = component.endIndex
        while true {
            let stretch = text[text.startIndex..<end]
            if part == .anything || !stretch.isEmpty, matches(rest, text[end...], &match) {
                if part == .version { match.version = String(stretch) }
                return true
            }
            guard end > text.startIndex else { return false }
            end = text.index(before: end)
        }
    }
}
