import OCIRegistry

extension Template {
    /// Whether what it gives differs from publish to publish, so that a tag made of it can stay for
    /// ever: it holds the revision or the whole version.
    public var isUnique: Bool {
        !places.isDisjoint(with: [.sha, .sha7, .version])
            || places.isSuperset(of: [.major, .minor, .patch])
    }

    /// Whether it gives the same for every publish of a channel.
    public var isConstant: Bool { places.isSubset(of: [.channel]) }

    /// Whether some publish of a channel makes it this text.
    ///
    /// - Parameter foldingCase: whether letters that differ only by case count as the same.
    public func canGive(
        _ text: some StringProtocol, in channel: Channel, foldingCase: Bool = false
    ) -> Bool {
        matches(parts[...], Substring(text), channel, foldingCase)
    }

    private func matches(
        _ parts: ArraySlice<Part>, _ text: Substring, _ channel: Channel, _ folding: Bool
    ) -> Bool {
        guard let part = parts.first else { return text.isEmpty }
        let rest = parts.dropFirst()
        func starts(with literal: String) -> Bool {
            let start = text.prefix(literal.count)
            let isSame = folding ? start.lowercased() == literal.lowercased() : start == literal
            return isSame && matches(rest, text.dropFirst(literal.count), channel, folding)
        }
        switch part {
        case .text(let literal): return starts(with: literal)
        case .place(.channel): return starts(with: channel.name)
        case .place(let place):
            // A tag has at most 128 characters, and so few stretches.
            return text.indices.contains { index in
                let end = text.index(after: index)
                return place.canHold(text[..<end], channel.versions)
                    && matches(rest, text[end...], channel, folding)
            }
        }
    }
}

extension Template.Place {
    fileprivate func canHold(_ text: Substring, _ scheme: VersionScheme?) -> Bool {
        switch self {
        case .sha: text.utf8.allSatisfy(isHex) && [40, 64].contains(text.utf8.count)
        case .sha7: text.utf8.allSatisfy(isHex) && text.utf8.count == 7
        case .version: scheme.map { Version(parsing: text, $0) != nil } ?? false
        case .major, .minor, .patch:
            scheme != nil && UInt64(text) != nil && text.first != "+"
                && (text.utf8.count == 1 || text.first != "0")
        case .channel: false
        }
    }

    private func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
