import OCIRegistry

/// An image's configuration.
struct SettingsView: Sendable {
    var created: String?
    var entrypoint: [String]
    var command: [String]

    init(_ settings: ImageDetails.Settings) {
        created = settings.created.map { PageText.clip($0, to: 60) }
        entrypoint = Self.words(settings.entrypoint)
        command = Self.words(settings.command)
    }

    private static func words(_ words: [String]) -> [String] {
        let shown = words.prefix(PageLimit.words).map { PageText.clip($0) }
        return shown + (words.count > shown.count ? ["…"] : [])
    }
}

/// Labels or annotations, in order of their keys.
struct PairListView: Sendable {
    struct Pair: Sendable {
        var key: String
        var value: String
    }

    var id: String
    var heading: String
    var pairs: [Pair]
    var morePairs: String?

    init?(_ id: String, _ heading: String, _ values: [String: String]) {
        guard !values.isEmpty else { return nil }
        self.id = id
        self.heading = heading
        pairs = values.sorted { $0.key < $1.key }.prefix(PageLimit.pairs).map {
            Pair(key: PageText.clip($0.key, to: 200), value: PageText.clip($0.value))
        }
        morePairs = PageLimit.rest(of: values.count, after: PageLimit.pairs)
    }
}

/// Where an image's source is: a link where that is certainly what it is, text otherwise.
struct SourceView: Sendable {
    var link: String?
    var plain: String?

    init(_ text: String) {
        // A label could say `javascript:`, or carry a password before an `@`.
        let isLink =
            (text.hasPrefix("https://") || text.hasPrefix("http://"))
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && !text.contains("@")
        if isLink { link = text } else { plain = text }
    }
}
