import OCIRegistry

/// What the pages show, read from the store at the moment of asking. Blocks on the disk.
struct PageSource {
    let store: Store
    let address: RegistryHost
    /// Whether a push needs `docker login` first.
    let needsLogin: Bool

    /// What every page says.
    func server() throws(StoreError) -> ServerSummary {
        try server(repositories: try names().count)
    }

    /// What the page at `/` shows.
    func list(_ query: PageQuery) throws(StoreError) -> RepositoryList {
        let names = try names()
        let page = RepositoryList.page(of: names, query: query)
        var entries: [RepositoryList.Entry] = []
        for name in page.names { entries.append(try entry(name)) }
        return RepositoryList(
            server: try server(repositories: names.count), query: query, entries: entries,
            next: page.next)
    }

    private func server(repositories: Int) throws(StoreError) -> ServerSummary {
        ServerSummary(
            dialect: store.dialect.rawValue, address: address, storeSize: try store.size(),
            repositoryCount: repositories, needsLogin: needsLogin)
    }

    private func names() throws(StoreError) -> [RepositoryName] {
        try store.repositories(limit: .max)
    }

    private func entry(_ name: RepositoryName) throws(StoreError) -> RepositoryList.Entry {
        let tags = try store.pushTimes(in: name).sorted {
            ($1.pushed, $0.tag) < ($0.pushed, $1.tag)
        }
        return RepositoryList.Entry(
            name: name, tagCount: tags.count, size: try store.size(of: name),
            lastPush: tags.first?.pushed,
            newestTags: tags.prefix(RepositoryList.newestTagCount).map(\.tag))
    }
}
