import ImageTags
import OCIRegistry

/// One digest with what names it, what it names, and what refers to it, in three columns.
struct DigestGraph {
    /// A manifest as the graph needs it.
    struct Node: Sendable, Encodable {
        var digest: String
        var label: String
        var goes: Bool
        var children: [Int]
        var subject: Int?
    }

    let nodes: [Node]

    init(_ snapshot: RepositorySnapshot, _ plan: RepositoryPlan) {
        let goes = Set(plan.deletions.map(\.digest))
        var places: [Digest: Int] = [:]
        for (place, manifest) in snapshot.manifests.enumerated() { places[manifest.digest] = place }
        var tags: [Digest: [Tag]] = [:]
        for entry in snapshot.tags { tags[entry.digest, default: []].append(entry.tag) }
        nodes = snapshot.manifests.map { manifest in
            let own = tags[manifest.digest] ?? []
            let kind =
                manifest.kind == .index
                ? "index" : manifest.platform ?? manifest.artifactType ?? "image"
            // A tag that ties something to a digest is as long as that digest.
            let name = own.first.map { Attachment($0) == nil ? "\($0)" : "sha256-…" } ?? kind
            return Node(
                digest: "\(manifest.digest)",
                label: own.count > 1 ? "\(name) +\(own.count - 1)" : name,
                goes: goes.contains(manifest.digest),
                children: manifest.children.compactMap { places[$0] },
                subject: manifest.subject.flatMap { places[$0] })
        }
    }

    /// The digest with the most around it.
    var center: Int? {
        var counts = nodes.map(\.children.count)
        for node in nodes { if let subject = node.subject { counts[subject] += 1 } }
        return counts.indices.max { counts[$0] < counts[$1] }
    }

    /// The SVG of one digest.
    func svg(_ center: Int) -> String {
        let left = nodes.indices.filter { nodes[$0].children.contains(center) }.prefix(8)
        let subject = nodes[center].subject.map { [$0] } ?? []
        let referrers = nodes.indices.filter { nodes[$0].subject == center }
        let right = (nodes[center].children + subject + referrers).prefix(8)
        let rows = max(1, left.count, right.count)
        let height = rows * 46 + 10
        let middle = Double(height) / 2
        func y(_ index: Int, _ count: Int) -> Double {
            middle + (Double(index) - Double(count - 1) / 2) * 46
        }
        var svg =
            "<svg viewBox=\"0 0 720 \(height)\" role=\"img\" aria-label=\"What one digest is tied to\">"
        for index in left.indices {
            svg += edge(210, y(index - left.startIndex, left.count), 260, middle)
        }
        for index in right.indices {
            svg += edge(460, middle, 510, y(index - right.startIndex, right.count))
        }
        for (index, node) in left.enumerated() { svg += box(node, 10, y(index, left.count)) }
        svg += box(center, 260, middle)
        for (index, node) in right.enumerated() { svg += box(node, 510, y(index, right.count)) }
        return svg + "</svg>"
    }

    private func edge(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        "<line class=\"edge\" x1=\"\(HTML.number(x1))\" y1=\"\(HTML.number(y1))\" "
            + "x2=\"\(HTML.number(x2))\" y2=\"\(HTML.number(y2))\"/>"
    }

    private func box(_ place: Int, _ x: Double, _ y: Double) -> String {
        let node = nodes[place]
        let label = node.label.count > 24 ? node.label.prefix(23) + "…" : node.label[...]
        let short = node.digest.drop { $0 != ":" }.dropFirst().prefix(12)
        let top = HTML.number(y - 18)
        return "<g class=\"\(node.goes ? "goes" : "kept") node\" data-node=\"\(place)\">"
            + "<rect x=\"\(HTML.number(x))\" y=\"\(top)\" width=\"200\" height=\"36\" rx=\"5\"/>"
            + "<text x=\"\(HTML.number(x + 10))\" y=\"\(HTML.number(y - 3))\">\(HTML.escape(label))</text>"
            + "<text class=\"faint\" x=\"\(HTML.number(x + 10))\" y=\"\(HTML.number(y + 12))\">"
            + "\(short)</text><title>\(node.digest)</title></g>"
    }
}
