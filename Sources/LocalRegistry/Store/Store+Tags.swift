import Glibc
public import OCIRegistry
import SystemPackage

/// A tag, what it names, and since when.
public struct StoredTag: Sendable, Hashable {
    /// The tag.
    public let tag: Tag
    /// What it names.
    public let digest: Digest
    /// When it was pointed there, in seconds since 1970.
    public let pushed: Int64
}

extension Store {
    /// What a tag names; nil when there is no such tag.
    public func resolve(_ tag: Tag, in name: RepositoryName) throws(StoreError) -> Digest? {
        try read(tag, in: name)?.digest
    }

    /// A tag with what it names and since when; nil when there is no such tag.
    public func read(_ tag: Tag, in name: RepositoryName) throws(StoreError) -> StoredTag? {
        let path = layout.repository(name).tag(tag)
        guard let file = try StoreFiles.openIfThere(path) else { return nil }
        let text = String(
            decoding: try file.read(at: 0, count: 200).prefix { $0 != 10 }, as: UTF8.self)
        guard let digest = try? Digest(parsing: text) else {
            throw StoreError.damaged(path)
        }
        return StoredTag(tag: tag, digest: digest, pushed: try file.status().modified)
    }

    /// The first `limit` tags after `last`, in the order of their bytes. Memory grows with `limit`, not
    /// with the number of tags.
    ///
    /// OCI distribution-spec, "Listing Tags".
    public func tags(
        in name: RepositoryName, after last: String?, limit: Int
    ) throws(StoreError) -> [Tag] {
        try withLock(name) { () throws(StoreError) in
            var page = SmallestNames(limit: limit, after: last)
            try StoreFiles.names(in: layout.repository(name).tags) { page.offer($0) }
            return page.sorted().compactMap { try? Tag($0) }
        }
    }

    /// Deletes a tag and nothing else. False when it is not there.
    public func deleteTag(_ tag: Tag, from name: RepositoryName) throws(StoreError) -> Bool {
        try withLock(name) { () throws(StoreError) in
            guard let digest = try resolve(tag, in: name) else { return false }
            try removeTag(tag, digest, from: name)
            return true
        }
    }

    /// The tags that name a digest, in the order of their bytes.
    public func tagsHolding(
        _ digest: Digest, in name: RepositoryName
    ) throws(StoreError) -> [Tag] {
        var tags: [Tag] = []
        try StoreFiles.names(in: layout.repository(name).holders(of: digest)) {
            text throws(StoreError) in
            guard let tag = try? Tag(text), try resolve(tag, in: name) == digest else { return }
            tags.append(tag)
        }
        return tags.sorted()
    }

    /// Under the repository's lock. The hint comes before the tag, so that it is never missing.
    func point(_ tag: Tag, at digest: Digest, in name: RepositoryName) throws(StoreError) {
        let own = layout.repository(name)
        // One that is damaged is simply replaced.
        let former = try? resolve(tag, in: name)
        try addHolder(tag.description, of: digest, in: name)
        try replace(own.tag(tag), with: Array("\(digest)\n".utf8))
        if let former, former != digest {
            try StoreFiles.remove("\(own.holders(of: former))/\(tag)")
            rmdir(own.holders(of: former))
        }
    }

    /// Under the repository's lock.
    func removeTag(_ tag: Tag, _ digest: Digest, from name: RepositoryName) throws(StoreError) {
        let own = layout.repository(name)
        try StoreFiles.removeForGood(own.tag(tag))
        try StoreFiles.remove("\(own.holders(of: digest))/\(tag)")
        rmdir(own.holders(of: digest))
    }

    /// Not synced: the start after a power cut makes hints anew.
    func addHolder(_ tag: String, of digest: Digest, in name: RepositoryName) throws(StoreError) {
        try StoreFiles.make("\(layout.repository(name).holders(of: digest))/\(tag)")
    }
}

/// The `limit` smallest of the names offered that come after `last`, in the order of their bytes.
///
/// Names are ASCII, for which that is the order of strings. At most twice `limit` of them are held.
struct SmallestNames {
    private let limit: Int
    private let last: String?
    private var names: [String] = []
    /// No name from here on is among the smallest.
    private var bound: String?

    init(limit: Int, after last: String?) {
        self.limit = limit
        self.last = last
    }

    mutating func offer(_ name: String) {
        if let bound, name >= bound { return }
        if let last, name <= last { return }
        names.append(name)
        if names.count / 2 >= limit {
            names = sorted()
            bound = names.last ?? ""
        }
    }

    func sorted() -> [String] { Array(names.sorted().prefix(limit)) }
}
