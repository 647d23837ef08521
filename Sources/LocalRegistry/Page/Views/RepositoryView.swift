import Console
import OCIRegistry

/// What the template of a repository's page sees.
struct RepositoryView: Sendable {
    struct Row: Sendable {
        var path: String
        var tags: [String]
        var moreTags: String?
        var pull: String?
        var digest: String
        var shortDigest: String
        var platforms: [String]
        var artifactType: String?
        var layerCount: Int
        var size: String
        var pushed: MomentView?

        init(_ entry: RepositoryDetails.Entry, of repository: RepositoryDetails, now: Double) {
            let group = entry.group
            path = PageRoute.image(repository.name, group.digest).path
            tags = group.tags.prefix(PageLimit.tags).map(\.description)
            moreTags = PageLimit.rest(of: group.tags.count, after: PageLimit.tags)
            // An engine pulls nothing but images.
            if entry.artifactType == nil, let tag = tags.first {
                pull = "docker pull \(repository.server.address)/\(repository.name):\(tag)"
            }
            digest = group.digest.description
            shortDigest = group.digest.short
            let images = entry.platforms.filter { !$0.isUnknown }
            platforms = images.prefix(PageLimit.platforms).map {
                PageText.clip($0.description, to: 60)
            }
            if let rest = PageLimit.rest(of: images.count, after: PageLimit.platforms) {
                platforms.append(rest)
            }
            artifactType = entry.artifactType.map { PageText.clip($0, to: 120) }
            layerCount = entry.layerCount
            size = Sizes.text(entry.size)
            pushed = MomentView(group.pushed, now: now)
        }
    }

    var chrome: ChromeView
    var repository: String
    var reference: String
    var tagTotal: Int
    var sizeTotal: String
    var pushCommand: String
    var hasTags: Bool
    var hasRows: Bool
    var rows: [Row]
    var filter: FilterView
    var pager: PagerView?

    init(_ details: RepositoryDetails, now: Double) {
        let route = PageRoute.repository(details.name)
        chrome = ChromeView(title: details.name.description, server: details.server, now: now)
        repository = details.name.description
        reference = "\(details.server.address)/\(details.name)"
        tagTotal = details.tagCount
        sizeTotal = Sizes.text(details.size)
        pushCommand = "docker push \(reference)"
        rows = details.entries.prefix(TagGroup.pageSize).map { Row($0, of: details, now: now) }
        hasRows = !rows.isEmpty
        hasTags = details.tagCount > 0
        filter = FilterView(details.query, route: route, label: "Tag contains")
        pager = PagerView(details.query, route: route, next: details.next)
    }
}
