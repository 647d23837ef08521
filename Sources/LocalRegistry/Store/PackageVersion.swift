public import OCIRegistry

/// What a version of a package is called.
public enum VersionName: Sendable, Hashable, CustomStringConvertible {
    /// A tag, in lower case.
    case tag(Tag)
    /// A digest by which a manifest was pushed; Gitea does not compare it with the manifest's own.
    case digest(Digest)

    /// The tag or digest that a text is; nil for what is neither.
    public init?(_ text: String) {
        if let digest = try? Digest(parsing: text) {
            self = .digest(digest)
        } else if let tag = try? Tag(text.lowercased()) {
            self = .tag(tag)
        } else {
            return nil
        }
    }

    /// As it stands in a request.
    public var description: String {
        switch self {
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        }
    }

    /// As a file name beside those of tags, which never start with `@`.
    var hint: String {
        switch self {
        case .tag(let tag): tag.description
        case .digest(let digest): "@" + RepositoryLayout.name(digest)
        }
    }

    /// What ``hint`` gave.
    init?(hint: String) {
        if hint.hasPrefix("@") {
            guard let digest = RepositoryLayout.digest(String(hint.dropFirst())) else { return nil }
            self = .digest(digest)
        } else {
            guard let tag = try? Tag(hint) else { return nil }
            self = .tag(tag)
        }
    }
}

/// Gitea's model: a package has versions, each a tag or a digest, and a version owns its manifest.
public struct PackageVersion: Sendable, Hashable {
    /// The version's name.
    public let name: VersionName
    /// Grows with each version that is made.
    public let id: Int64
    /// The manifest's digest.
    public let digest: Digest
    /// When it was made, in seconds since 1970.
    public let created: Int64
    /// Manifests that the version owned before and still does: Gitea 1.25.0 loses none.
    public let former: [Digest]

    /// Every manifest that it owns.
    var manifests: [Digest] { [digest] + former }

    /// What stands in the version's file. The first line is all that a tag's has in another dialect.
    var record: [UInt8] {
        let lines = ["\(digest)", "\(id) \(created)"] + former.map(\.description)
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    init(name: VersionName, id: Int64, digest: Digest, created: Int64, former: [Digest] = []) {
        self.name = name
        self.id = id
        self.digest = digest
        self.created = created
        self.former = former
    }

    /// Reads ``record``; nil when it is none.
    init?(_ name: VersionName, record: [UInt8]) {
        let lines = String(decoding: record, as: UTF8.self).split(separator: "\n")
        guard lines.count >= 2, let digest = try? Digest(parsing: lines[0]) else { return nil }
        let numbers = lines[1].split(separator: " ").compactMap { Int64($0) }
        guard numbers.count == 2 else { return nil }
        self.init(
            name: name, id: numbers[0], digest: digest, created: numbers[1],
            former: lines.dropFirst(2).compactMap { try? Digest(parsing: $0) })
    }
}
