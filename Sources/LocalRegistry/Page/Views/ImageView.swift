import Console
import OCIRegistry

/// What the template of an image's page sees.
struct ImageView: Sendable {
    /// A manifest in a table: what it is, its digest, its size.
    struct ChildView: Sendable {
        var label: String
        var path: String
        var digest: String
        var shortChild: String
        var childSize: String

        init(_ label: String, _ digest: Digest, _ size: Int64, in repository: RepositoryName) {
            self.label = PageText.clip(label, to: 200)
            path = PageRoute.image(repository, digest).path
            self.digest = digest.description
            shortChild = digest.short
            childSize = Sizes.text(size)
        }
    }

    var chrome: ChromeView
    var repository: String
    var repositoryPath: String
    var shortDigest: String
    var fullDigest: String
    var tags: [String]
    var moreTags: String?
    var pull: String
    var size: String
    var mediaType: String
    var artifactType: String?
    var platform: String?
    var pushed: MomentView?
    var revision: String?
    var source: SourceView?
    var inIndexes: Bool
    var indexes: [NeighbourView]
    var moreIndexes: String?
    var hasChildren: Bool
    var children: [ChildView]
    var moreChildren: String?
    var hasLayers: Bool
    var layers: [LayerView]
    var slices: [SliceView]
    var moreLayers: String?
    var ownSize: String
    var sharedSize: String
    var settings: SettingsView?
    var pairLists: [PairListView]
    var hasReferrers: Bool
    var referrers: [ChildView]
    var moreReferrers: String?

    init(_ image: ImageDetails, now: Double) {
        let name = image.repository
        let reference = "\(image.server.address)/\(name)@\(image.digest)"
        chrome = ChromeView(
            title: "\(name)@\(image.digest.short)", server: image.server, now: now)
        repository = name.description
        repositoryPath = PageRoute.repository(name).path
        shortDigest = image.digest.short
        fullDigest = image.digest.description
        tags = image.tags.prefix(PageLimit.tags * 4).map(\.description)
        moreTags = PageLimit.rest(of: image.tags.count, after: PageLimit.tags * 4)
        // An engine pulls nothing but images; skopeo reads any manifest.
        pull =
            image.artifactType == nil
            ? "docker pull \(reference)" : "skopeo inspect --raw docker://\(reference)"
        size = Sizes.text(image.size)
        mediaType = PageText.clip(image.mediaType.rawValue, to: 200)
        artifactType = image.artifactType.map { PageText.clip($0, to: 200) }
        platform = image.platform.map { PageText.clip($0.description, to: 100) }
        pushed = image.pushed.map { MomentView($0, now: now) }

        // An index says it in its annotations, an image mostly in its labels.
        func said(_ key: String) -> String? {
            let full = "org.opencontainers.image.\(key)"
            return (image.annotations[full] ?? image.settings?.labels[full])
                .flatMap { $0.isEmpty ? nil : PageText.clip($0, to: 300) }
        }
        revision = said("revision")
        source = said("source").map(SourceView.init)

        inIndexes = !image.indexes.isEmpty
        indexes = image.indexes.prefix(PageLimit.neighbours).map { NeighbourView($0, in: name) }
        moreIndexes = PageLimit.rest(of: image.indexes.count, after: PageLimit.neighbours)
        hasChildren = !image.children.isEmpty
        children = image.children.prefix(PageLimit.children).map { child in
            let platform = child.platform.flatMap { $0.isUnknown ? nil : $0.description }
            let label = platform ?? child.artifactType ?? "attestation or other artifact"
            return ChildView(label, child.digest, child.size, in: name)
        }
        moreChildren = PageLimit.rest(of: image.children.count, after: PageLimit.children)

        hasLayers = !image.layers.isEmpty
        let shares = LayerShares(image.layers)
        layers = image.layers.prefix(PageLimit.layers).enumerated().map { index, layer in
            LayerView(layer, position: index + 1, share: shares.text(layer.size), in: name)
        }
        slices = shares.slices
        moreLayers = PageLimit.rest(of: image.layers.count, after: PageLimit.layers)
        ownSize = Sizes.text(shares.own)
        sharedSize = Sizes.text(shares.shared)

        settings = image.settings.map(SettingsView.init)
        pairLists = [
            PairListView("labels", "Labels", image.settings?.labels ?? [:]),
            PairListView("annotations", "Annotations", image.annotations),
        ].compactMap { $0 }
        hasReferrers = !image.referrers.isEmpty
        referrers = image.referrers.prefix(PageLimit.referrers).map {
            ChildView($0.artifactType ?? "unknown", $0.digest, $0.size, in: name)
        }
        moreReferrers = PageLimit.rest(of: image.referrers.count, after: PageLimit.referrers)
    }
}
