import OCIRegistry

// Views are what the templates see: text that is ready to be escaped. A name that is nil is looked
// for further out, so an optional's name is used once on the way from a page down to it.

/// What the frame of every page shows.
struct ChromeView: Sendable {
    var title: String
    var serverName: String
    var address: String
    var dialect: String
    var now: String

    init(title: String, server: ServerSummary, now: Double) {
        self.title = "\(title) · \(server.name)"
        serverName = server.name
        address = server.address.description
        dialect = server.dialect
        self.now = PageFormat.timestamp(now)
    }
}

/// A moment, relative and exact.
struct MomentView: Sendable {
    var relative: String
    var exact: String

    init(_ moment: Double, now: Double) {
        relative = PageFormat.ago(moment, now: now)
        exact = PageFormat.timestamp(moment)
    }
}

/// The field that filters a list.
struct FilterView: Sendable {
    var action: String
    var label: String
    var value: String
    var clear: String?

    init(_ query: PageQuery, route: PageRoute, label: String) {
        action = route.path
        self.label = label
        value = query.filter
        clear = query.filter.isEmpty ? nil : route.path
    }
}

/// The links between the pages of a list; nil where there is one page.
struct PagerView: Sendable {
    var first: String?
    var following: String?

    init?(_ query: PageQuery, route: PageRoute, next: String?) {
        first = query.after == nil ? nil : query.link(to: route.path, after: nil)
        following = next.map { query.link(to: route.path, after: $0) }
        if first == nil, following == nil { return nil }
    }
}

/// A link to a manifest, called by its tags where it has any.
struct NeighbourView: Sendable {
    var path: String
    var digest: String
    var label: String

    init(_ neighbour: ImageDetails.Neighbour, in repository: RepositoryName) {
        path = PageRoute.image(repository, neighbour.digest).path
        digest = neighbour.digest.description
        let tags = neighbour.tags.prefix(3).map(\.description).joined(separator: ", ")
        let rest = neighbour.tags.count - 3
        label = tags.isEmpty ? neighbour.digest.short : tags + (rest > 0 ? ", +\(rest)" : "")
    }
}

/// How much of a list a page shows.
enum PageLimit {
    static let tags = 12
    static let platforms = 16
    static let children = 200
    static let layers = 300
    static let neighbours = 6
    static let pairs = 100
    static let words = 64
    static let referrers = 100

    /// Says how many are left out; nil where none are.
    static func rest(of count: Int, after limit: Int) -> String? {
        count > limit ? "and \(count - limit) more" : nil
    }
}
