import OCIRegistry

/// A tag with what it names and since when.
struct PushedTag: Sendable, Equatable {
    /// The tag.
    var tag: Tag
    /// The manifest that it names.
    var digest: Digest
    /// When it was last written, in seconds since 1970.
    var pushed: Double
}

/// All tags of a repository that name one manifest, so that no alias looks like another image.
struct TagGroup: Sendable, Equatable {
    /// The manifest.
    var digest: Digest
    /// The tags, newest first; those of the same moment by name.
    var tags: [Tag]
    /// When the newest of the tags was written, in seconds since 1970.
    var pushed: Double

    /// Groups on a page.
    static let pageSize = 100

    /// Where the page after this group starts: a moment and a tag, which still mean a place in the
    /// list after the tag has been moved or deleted.
    var cursor: String { "\(pushed),\(tags.first?.description ?? "")" }

    /// The groups on the page that a query asks for, newest first, and where the next page starts.
    ///
    /// A group of which one tag matches the query's filter is shown with all its tags.
    ///
    /// - Parameter tags: every tag of the repository, in any order.
    static func page(
        of tags: some Sequence<PushedTag>, query: PageQuery
    ) -> (groups: [TagGroup], next: String?) {
        let start = query.after.flatMap(Place.init(cursor:))
        let groups = Dictionary(grouping: tags, by: \.digest).compactMap(TagGroup.init)
            .filter { group in
                group.tags.contains { query.matches($0.description) }
                    && (start.map { $0 < group.place } ?? true)
            }
            .sorted { $0.place < $1.place }
        let page = Array(groups.prefix(pageSize))
        return (page, groups.count > pageSize ? page.last?.cursor : nil)
    }

    private init?(digest: Digest, tags: [PushedTag]) {
        let sorted = tags.sorted {
            Place(pushed: $0.pushed, tag: $0.tag.description)
                < Place(pushed: $1.pushed, tag: $1.tag.description)
        }
        guard let newest = sorted.first else { return nil }
        self.digest = digest
        self.tags = sorted.map(\.tag)
        self.pushed = newest.pushed
    }

    private var place: Place { Place(pushed: pushed, tag: tags.first?.description ?? "") }

    /// A place in the order of the list: the newest first, then by name.
    private struct Place: Comparable {
        var pushed: Double
        var tag: String

        init(pushed: Double, tag: String) {
            self.pushed = pushed
            self.tag = tag
        }

        init?(cursor: String) {
            let parts = cursor.split(separator: ",", maxSplits: 1)
            guard parts.count == 2, let pushed = Double(parts[0]), pushed.isFinite else {
                return nil
            }
            self.init(pushed: pushed, tag: String(parts[1]))
        }

        static func < (left: Place, right: Place) -> Bool {
            left.pushed != right.pushed ? left.pushed > right.pushed : left.tag < right.tag
        }
    }
}
