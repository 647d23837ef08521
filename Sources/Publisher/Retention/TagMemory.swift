import ImageTags
import OCIRegistry

/// What the tags of a repository named when it was last looked at, in a file that can be deleted at any time.
///
/// On Gitea it spares asking for a tag whose row is the one of then: a tag that is written again gets another row.
/// Elsewhere, where no registry tells when a tag was written, a tag that is new or names something else
/// than last time was written since then, and counts as written now. Nothing is known of what was there at
/// the first look.
struct TagMemory: Sendable, Codable {
    /// A tag.
    struct Entry: Sendable, Hashable, Codable {
        var digest: Digest
        /// Gitea's row of it.
        var row: GiteaPackages.Row?
        /// When it was first seen to name this; nil where it did so at the first look.
        var seen: Instant?
    }

    private static let limit = 256 << 20

    /// The release of Gitea that told of the rows: what one release does with a row another one may not.
    private(set) var release: String
    private var tags: [String: Entry] = [:]

    /// What is there now, by what is remembered.
    init(
        _ digests: [Tag: Digest], _ rows: PackageRows, at now: Instant, after earlier: TagMemory?
    ) {
        release = rows.release
        for (tag, digest) in digests {
            let name = "\(tag)"
            var entry = Entry(digest: digest, row: rows.tags[name])
            if let earlier {
                let before = earlier.tags[name]
                entry.seen = before?.digest == digest ? before?.seen : now
            }
            tags[name] = entry
        }
    }

    /// What a tag names, if its row is the one that is remembered.
    func digest(_ tag: Tag, _ rows: PackageRows) -> Digest? {
        guard release == rows.release, let row = rows.tags["\(tag)"],
            let entry = tags["\(tag)"], entry.row == row
        else { return nil }
        return entry.digest
    }

    /// When a tag was written: what its row says, else when it was first seen.
    func pushed(_ tag: Tag) -> Instant? {
        let entry = tags["\(tag)"]
        return entry?.row.map { Instant($0.created) } ?? entry?.seen
    }
}

extension TagMemory {
    /// What is remembered of a repository; nil where it is nothing, or cannot be read.
    init?(_ reference: Reference, in cache: DocumentCache) {
        guard let path = cache.memory(of: reference),
            let bytes = try? LocalFile.read(path, limit: Self.limit)?.bytes,
            let memory = try? JSON.decode(TagMemory.self, from: bytes, what: "what is remembered")
        else { return nil }
        self = memory
    }

    /// Remembers it; where that cannot be done, more is asked another time.
    func keep(for reference: Reference, in cache: DocumentCache) {
        guard let path = cache.memory(of: reference) else { return }
        try? LocalFile.replace(path, with: JSON.encode(self), isSynced: false)
    }
}
