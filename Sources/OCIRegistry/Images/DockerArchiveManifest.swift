/// One image of a `docker save` archive: an element of its `manifest.json`.
struct DockerArchiveItem: Decodable, Sendable {
    /// The configuration's path in the archive.
    var config: String
    /// The names it was saved under, as Docker shows them.
    var repoTags: [String]?
    /// The layers' paths in the archive, from the lowest up.
    var layers: [String]?

    enum CodingKeys: String, CodingKey {
        case config = "Config"
        case repoTags = "RepoTags"
        case layers = "Layers"
    }

    /// The digest that the configuration's path claims: `HEX.json`, `blobs/sha256/HEX` or
    /// `sha256:HEX`; nil for any other path.
    var claimedDigest: Digest? {
        var name = config.split(separator: "/").last ?? ""
        if name.hasSuffix(".json") { name = name.dropLast(5) }
        if name.hasPrefix("sha256:") { name = name.dropFirst(7) }
        return Digest(.sha256, hex: name)
    }

    /// The image's name among the others of the archive.
    func title(_ index: Int) -> String { repoTags?.first ?? "@\(index)" }
}

/// A `docker save` archive's `manifest.json`.
struct DockerArchiveManifest: Sendable {
    static let path = "manifest.json"
    static let sizeLimit = Manifest.sizeLimit
    static let imageLimit = 10_000

    var items: [DockerArchiveItem]

    /// Reads the document. Throws ``OCIError`` (bad data).
    init(bytes: [UInt8], archive: String) throws(OCIError) {
        items = try JSON.decode(
            [DockerArchiveItem].self, from: bytes, what: "manifest.json of \(archive)")
        guard (1...Self.imageLimit).contains(items.count) else {
            throw OCIError(.badData, "manifest.json names \(items.count) images", subject: archive)
        }
    }

    /// The image that `selector` names: `NAME[:TAG]`, with or without Docker Hub's host and
    /// `library/`, or `@N` by its place; nil where there is only one.
    ///
    /// Throws ``OCIError``: usage when several could be meant, not found when none is.
    func select(_ selector: String?, archive: String) throws(OCIError) -> DockerArchiveItem {
        let found = items.indices.filter { index in
            guard let selector else { return true }
            if selector.hasPrefix("@") { return Int(selector.dropFirst()) == index }
            let wanted = Self.canonical(selector)
            return items[index].repoTags?.contains { Self.canonical($0) == wanted } ?? false
        }
        if found.count == 1 { return items[found[0]] }
        let choices = items.enumerated().prefix(20).map { $1.title($0) }.joined(separator: ", ")
        if found.isEmpty, let selector {
            throw OCIError(
                .notFound, "has no image '\(selector.prefix(200))'", subject: archive,
                advice: "it holds: \(choices)")
        }
        throw OCIError(
            .usage, "holds \(found.count) images that could be meant", subject: archive,
            advice: "choose one by adding ':NAME:TAG' or ':@N' (from @0): \(choices)")
    }

    private static func canonical(_ name: String) -> String {
        guard var reference = try? Reference(parsing: name) else { return name }
        if reference.digest == nil, reference.tag == nil { reference.tag = try? Tag("latest") }
        return reference.description
    }
}
