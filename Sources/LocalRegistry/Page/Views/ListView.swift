import Console
import OCIRegistry

/// What the template of the page at `/` sees.
struct ListView: Sendable {
    struct Row: Sendable {
        var path: String
        var name: String
        var tags: [String]
        var tagCount: Int
        var size: String
        var pushed: MomentView?
    }

    var chrome: ChromeView
    var repositoryCount: Int
    var storeSize: String
    var pushCommand: String
    var isEmpty: Bool
    var hasRows: Bool
    var rows: [Row]
    var filter: FilterView
    var pager: PagerView?

    init(_ list: RepositoryList, now: Double) {
        chrome = ChromeView(title: "Repositories", server: list.server, now: now)
        repositoryCount = list.server.repositoryCount
        storeSize = Sizes.text(list.server.storeSize)
        pushCommand = list.server.pushCommand
        rows = list.entries.prefix(RepositoryList.pageSize).map { entry in
            Row(
                path: PageRoute.repository(entry.name).path, name: entry.name.description,
                tags: entry.newestTags.prefix(RepositoryList.newestTagCount).map(\.description),
                tagCount: entry.tagCount, size: Sizes.text(entry.size),
                pushed: entry.lastPush.map { MomentView($0, now: now) })
        }
        hasRows = !rows.isEmpty
        isEmpty = list.server.repositoryCount == 0
        filter = FilterView(list.query, route: .list, label: "Name contains")
        pager = PagerView(list.query, route: .list, next: list.next)
    }
}
