import OCIRegistry

/// What the page at `/` shows: one page of the repositories, in order of their names.
struct RepositoryList: Sendable, Equatable {
    /// A repository in a few figures.
    struct Entry: Sendable, Equatable {
        /// The repository.
        var name: RepositoryName
        /// How many tags it has.
        var tagCount: Int
        /// Bytes of its blobs, each counted once.
        var size: Int64
        /// When a tag was last written, in seconds since 1970; nil where none ever was.
        var lastPush: Double?
        /// A few tags, newest first.
        var newestTags: [Tag]
    }

    /// The server.
    var server: ServerSummary
    /// What was asked for.
    var query: PageQuery
    /// The page's repositories; see ``page(of:query:)``.
    var entries: [Entry]
    /// Where the next page starts; nil on the last.
    var next: String?

    /// Repositories on a page.
    static let pageSize = 50
    /// Tags shown for each repository.
    static let newestTagCount = 4

    /// The names on the page that a query asks for, and where the next page starts.
    ///
    /// - Parameter names: every repository's name, in any order.
    static func page(
        of names: some Sequence<RepositoryName>, query: PageQuery
    ) -> (names: [RepositoryName], next: String?) {
        let wanted = names.filter { name in
            query.matches(name.description)
                && (query.after.map { name.description > $0 } ?? true)
        }.sorted()
        let page = Array(wanted.prefix(pageSize))
        return (page, wanted.count > pageSize ? page.last?.description : nil)
    }
}
