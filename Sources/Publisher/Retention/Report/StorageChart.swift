import Console
import ImageTags

/// Bars of what each family of tags holds: what stays, what goes.
struct StorageChart {
    private static let shown = 12
    let history: StorageHistory

    /// The SVG.
    var svg: String {
        var rows = Array(history.families.prefix(Self.shown))
        let rest = history.families.dropFirst(Self.shown)
        if !rest.isEmpty {
            rows.append(
                rest.reduce(
                    .init(name: "\(rest.count) other families", count: 0, kept: 0, freed: 0)
                ) {
                    .init(
                        name: $0.name, count: $0.count + $1.count, kept: $0.kept + $1.kept,
                        freed: $0.freed + $1.freed)
                })
        }
        let largest = Double(max(1, rows.map { $0.kept + $0.freed }.max() ?? 1))
        let height = rows.count * 28 + 8
        var svg =
            "<svg viewBox=\"0 0 720 \(height)\" role=\"img\" aria-label=\"Storage by family of tags\">"
        for (number, row) in rows.enumerated() {
            let y = number * 28 + 6
            let scale = 360 / largest
            let kept = Double(row.kept) * scale
            let freed = Double(row.freed) * scale
            let sizes =
                row.freed == 0
                ? Sizes.text(row.kept) : "\(Sizes.text(row.kept)) stay, \(Sizes.text(row.freed)) go"
            svg +=
                "<text x=\"168\" y=\"\(y + 14)\" text-anchor=\"end\">\(HTML.escape(row.name))</text>"
            svg +=
                "<rect class=\"kept\" x=\"176\" y=\"\(y)\" height=\"18\" width=\"\(HTML.number(kept))\"/>"
            svg += "<rect class=\"goes\" x=\"\(HTML.number(176 + kept))\" y=\"\(y)\" height=\"18\" "
            svg += "width=\"\(HTML.number(freed))\"/>"
            svg += "<text class=\"faint\" x=\"\(HTML.number(184 + kept + freed))\" y=\"\(y + 14)\">"
            svg += "\(sizes)</text><title>\(HTML.escape(row.name)): \(row.count) digests</title>"
        }
        return svg + "</svg>"
    }
}

/// How a repository came to its size.
struct GrowthChart {
    let history: StorageHistory

    /// The SVG; a sentence where there is too little to draw.
    var svg: String {
        guard let first = history.growth.first, let last = history.growth.last,
            history.growth.count > 1, last.time > first.time
        else {
            return
                "<p class=\"faint\">Nobody knows when what is here came, or all came at once.</p>"
        }
        let span = Double(last.time.seconds - first.time.seconds)
        let top = Double(max(1, last.all))
        func x(_ time: Instant) -> Double {
            70 + 630 * Double(time.seconds - first.time.seconds) / span
        }
        func y(_ bytes: Int64) -> Double { 200 - 180 * Double(bytes) / top }
        func line(_ value: (StorageHistory.Point) -> Int64) -> String {
            var points: [String] = []
            var before: Double?
            for point in history.growth {
                let here = x(point.time)
                if let before {
                    points.append("\(HTML.number(here)),\(HTML.number(before))")
                }
                before = y(value(point))
                points.append("\(HTML.number(here)),\(HTML.number(before ?? 0))")
            }
            return points.joined(separator: " ")
        }
        var svg = "<svg viewBox=\"0 0 720 240\" role=\"img\" aria-label=\"Growth over time\">"
        for part in 0...2 {
            let bytes = last.all / 2 * Int64(part)
            let height = HTML.number(y(bytes))
            svg += "<line class=\"grid\" x1=\"70\" x2=\"700\" y1=\"\(height)\" y2=\"\(height)\"/>"
            svg +=
                "<text class=\"faint\" x=\"64\" y=\"\(HTML.number(y(bytes) + 4))\" text-anchor=\"end\">"
            svg += "\(Sizes.text(bytes))</text>"
        }
        svg += "<polygon class=\"area\" points=\"70,200 \(line(\.all)) 700,200\"/>"
        svg += "<polyline class=\"all\" points=\"\(line(\.all))\"/>"
        svg += "<polyline class=\"stays\" points=\"\(line(\.kept))\"/>"
        svg += "<text class=\"faint\" x=\"70\" y=\"224\">\(first.time.date)</text>"
        svg +=
            "<text class=\"faint\" x=\"700\" y=\"224\" text-anchor=\"end\">\(last.time.date)</text>"
        return svg + "</svg>"
    }
}
