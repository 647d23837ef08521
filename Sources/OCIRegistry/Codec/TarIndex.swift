/// The members of a tar archive by name, with links within the archive followed.
public struct TarIndex: Sendable {
    /// The most that all names and link targets may add up to, in bytes.
    static let namesLimit = 16 << 20
    private static let linkLimit = 16

    private var entries: [String: TarEntry] = [:]
    private var duplicates: Set<String> = []
    private var namesSize = 0

    /// An index of nothing.
    public init() {}

    /// Adds a member; directories and devices are left out. Throws ``OCIError`` (bad data) past
    /// the bound on names.
    mutating func add(_ entry: TarEntry) throws(OCIError) {
        switch entry.kind {
        case .directory, .other: return
        case .hardLink(let target), .symbolicLink(let target): namesSize += target.utf8.count
        case .file: break
        }
        namesSize += entry.name.utf8.count
        guard namesSize <= Self.namesLimit else {
            throw TarParser.bad("has names of more than \(Self.namesLimit) bytes in all")
        }
        if entries.updateValue(entry, forKey: entry.name) != nil { duplicates.insert(entry.name) }
    }

    /// Whether a member has this name, be it a file or a link.
    public func contains(_ name: String) -> Bool { entries[name] != nil }

    /// The file of this name, or the one that a link of this name leads to; nil when there is no
    /// such member.
    ///
    /// Throws ``OCIError`` (bad data) for a link that leads nowhere, in a circle or out of the
    /// archive, and for a name that two members have: which is meant differs between readers.
    public func file(_ name: String) throws(OCIError) -> TarEntry? {
        var path = try TarPath.normalise(name)
        for step in 0...Self.linkLimit {
            guard let entry = entries[path] else {
                if step == 0 { return nil }
                throw TarParser.bad("has a link '\(name.prefix(200))' that leads nowhere")
            }
            guard !duplicates.contains(path) else {
                throw TarParser.bad("has two members called '\(path.prefix(200))'")
            }
            switch entry.kind {
            case .hardLink(let target): path = try TarPath.normalise(target)
            case .symbolicLink(let target):
                guard !target.hasPrefix("/") else {
                    throw TarParser.bad("has a link to the absolute path '\(target.prefix(200))'")
                }
                let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
                path = try TarPath.normalise(directory + target)
            default: return entry
            }
        }
        throw TarParser.bad("has a link '\(name.prefix(200))' that leads in a circle")
    }
}
