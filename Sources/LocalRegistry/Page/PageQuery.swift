import OCIRegistry

/// What a page of a list is asked for: `?q=FILTER&after=CURSOR`.
struct PageQuery: Sendable, Equatable {
    /// What a name has to contain, whatever the case; empty for every name.
    var filter: String
    /// The last entry of the page before; nil for the first page.
    var after: String?

    /// The longest filter and cursor that are read, in bytes: no name or tag is longer.
    private static let limit = 300

    /// A query, cut to a length that could find something.
    ///
    /// - Parameters:
    ///   - filter: `q`, percent-decoded. A form sends a blank as `+`, which no name contains.
    ///   - after: `after`, percent-decoded.
    init(filter: String = "", after: String? = nil) {
        let words = filter.split { $0 == " " || $0 == "+" }.joined(separator: " ")
        self.filter = String(decoding: words.utf8.prefix(Self.limit), as: UTF8.self)
        self.after = after.flatMap {
            $0.isEmpty || $0.utf8.count > Self.limit ? nil : $0
        }
    }

    /// Whether a name passes the filter.
    func matches(_ name: String) -> Bool {
        filter.isEmpty || name.lowercased().contains(filter.lowercased())
    }

    /// A link to the page that starts after a cursor, with the same filter.
    func link(to path: String, after cursor: String?) -> String {
        var pairs: [(String, String)] = []
        if !filter.isEmpty { pairs.append(("q", filter)) }
        if let cursor { pairs.append(("after", cursor)) }
        return pairs.isEmpty ? path : "\(path)?\(PercentEncoding.encode(pairs))"
    }
}
