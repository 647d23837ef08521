public import OCIRegistry

extension Template {
    /// The version in a tag that was made of this template; nil where there is none, or where the template
    /// does not hold the whole version.
    public func version(in tag: Tag, _ channel: Channel) -> Version? {
        guard let scheme = channel.versions, parts.count(where: { $0 == .place(.version) }) == 1
        else { return nil }
        var start = ""
        var end = ""
        var isBefore = true
        for part in parts {
            let text: String
            switch part {
            case .text(let literal): text = literal
            case .place(.channel): text = channel.name
            case .place(.version):
                isBefore = false
                continue
            case .place: return nil
            }
            if isBefore { start += text } else { end += text }
        }
        let name = tag.description
        guard name.hasPrefix(start), name.hasSuffix(end),
            name.utf8.count > start.utf8.count + end.utf8.count
        else { return nil }
        return Version(parsing: name.dropFirst(start.count).dropLast(end.count), scheme)
    }
}
